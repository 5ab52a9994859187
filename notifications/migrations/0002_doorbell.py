"""New outbox rows ring the relay's bell when they commit."""

from django.db import migrations

BELL = """
CREATE FUNCTION outbox_bell() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('house', 'outbox'); RETURN NULL; END $$;
CREATE TRIGGER outbox_bell AFTER INSERT ON notifications_outboxrow
    FOR EACH STATEMENT EXECUTE FUNCTION outbox_bell();
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("kernel", "0001_ground")]
    operations = [migrations.RunSQL(BELL, "DROP FUNCTION outbox_bell() CASCADE")]
