"""Whoever may see a load is told when it changes, and when a fact or a correction of it is sealed."""

from django.db import migrations

from collection.kernel.feed import follow

FEED = """
CREATE FUNCTION custody_measured() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM kernel_follow('consignment', id, ARRAY[generator_id, collector_id, recycler_id, driver_id])
    FROM custody_consignment WHERE id = NEW.consignment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_changed AFTER INSERT ON custody_fact FOR EACH ROW EXECUTE FUNCTION custody_measured();
CREATE TRIGGER kernel_changed AFTER INSERT ON custody_correction FOR EACH ROW EXECUTE FUNCTION custody_measured();
"""
BACK = """
DROP TRIGGER kernel_changed ON custody_fact;
DROP TRIGGER kernel_changed ON custody_correction;
DROP FUNCTION custody_measured();
"""


class Migration(migrations.Migration):
    dependencies = [("custody", "0006_corrections_by_consent"), ("kernel", "0002_feed")]
    operations = [
        follow("custody_consignment", "consignment", "generator_id", "collector_id", "recycler_id", "driver_id"),
        migrations.RunSQL(FEED, BACK),
    ]
