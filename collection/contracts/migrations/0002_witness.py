"""What the database itself refuses: an impossible lifecycle, a rewritten allotment."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.contracts.states import CONTRACT_STEPS

HISTORY = """
CREATE TRIGGER allotment_is_history BEFORE UPDATE OR DELETE ON contracts_allotment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON contracts_allotment FROM house_app;
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial"), ("audit", "0002_chain")]
    operations = [
        guard("contracts_contract", "contract", CONTRACT_STEPS),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
    ]
