"""The head of a chain is found by its key, whatever the planner thinks of the table.

A session plans the trigger's statement once. Planned while there were a handful of heads it read all of them, and went on to
do so for each of a hundred thousand lines that one transaction wrote: the time grew with the square. ON CONFLICT has no such
choice: it goes by the unique index it names.
"""

from django.db import migrations

CHAIN = """
CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Two verbs on one object at once queue at its head, so the chain never forks; other objects are not held up.
    INSERT INTO audit_chainhead AS head (object_id, object_type, last_seq, prev_hash, last_hash, last_at)
        VALUES (NEW.object_id, NEW.object_type, 1, '', audit_hash('', 1, NEW), NEW.recorded_at)
        ON CONFLICT (object_id, object_type) DO UPDATE SET last_seq = head.last_seq + 1, prev_hash = head.last_hash,
            last_hash = audit_hash(head.last_hash, head.last_seq + 1, NEW), last_at = NEW.recorded_at
        RETURNING last_seq, prev_hash, last_hash INTO NEW.seq, NEW.prev_hash, NEW.hash;
    PERFORM set_config('house.audit_line', NEW.id::text, true);  -- what this transaction's row history points at
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_heads_and_anchors")]
    operations = [migrations.RunSQL(CHAIN, migrations.RunSQL.noop)]
