"""The ground: extensions, the house clock, and the role that runs the house but may not rewrite its history."""

from django.contrib.postgres.operations import BtreeGistExtension, CreateExtension, TrigramExtension
from django.db import migrations

ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'house_app') THEN
        CREATE ROLE house_app LOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this cluster made it meanwhile
END $$;
GRANT USAGE ON SCHEMA public TO house_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO house_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO house_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO house_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO house_app;
"""

CLOCK = """
CREATE FUNCTION house_clock() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('house.clock', true), '')::timestamptz, clock_timestamp()) $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514';
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    run_before = [("contenttypes", "0001_initial")]
    operations = [
        CreateExtension("postgis"),
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.RunSQL(ROLE, migrations.RunSQL.noop),
        migrations.RunSQL(CLOCK, "DROP FUNCTION refuse_change(); DROP FUNCTION house_clock();"),
    ]
