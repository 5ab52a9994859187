"""Waiting for a pickup is cheap: whoever waits re-checks this small statement, not the whole acceptance."""

from django.db import migrations

LOCK = """
-- The pickup of an offer, locked, while it is still on offer and not one's own. When a rival held the lock, PostgreSQL checks
-- the row again for each who waited, and sets up the whole statement to do so: a small one here, not that of the acceptance.
CREATE FUNCTION dispatch_lock_offered(an_offer uuid, an_organisation uuid)
RETURNS TABLE (id uuid, number bigint, declared_g bigint, category_id varchar, generator_id uuid, window_from timestamptz)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN QUERY
        SELECT p.id, p.number, p.declared_g, p.category_id, p.generator_id, p.window_from
        FROM pickups_pickup p JOIN dispatch_offer asked ON asked.pickup_id = p.id
        WHERE asked.id = an_offer AND asked.organisation_id = an_organisation
          AND p.state = 'offered' AND p.generator_id <> an_organisation
        FOR NO KEY UPDATE OF p;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0003_second_winner"), ("pickups", "0003_expiry")]
    operations = [migrations.RunSQL(LOCK, "DROP FUNCTION dispatch_lock_offered(uuid, uuid)")]
