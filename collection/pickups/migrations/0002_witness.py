"""What the database itself refuses: an impossible lifecycle, a rewritten declaration."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.pickups.states import PICKUP_STEPS

HISTORY = """
CREATE TRIGGER declared_is_history BEFORE UPDATE OR DELETE ON pickups_declared
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE INDEX declared_xid ON pickups_declared (xid);
REVOKE UPDATE, DELETE, TRUNCATE ON pickups_declared FROM house_app;
"""


class Migration(migrations.Migration):
    dependencies = [("pickups", "0001_initial"), ("audit", "0002_chain")]
    operations = [
        guard("pickups_pickup", "pickup", PICKUP_STEPS),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
    ]
