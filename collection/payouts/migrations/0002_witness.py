"""What the database itself refuses: an impossible lifecycle, a ledger that does not balance, a rewritten entry."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.payouts.states import CLAIM_STEPS, ORDER_STEPS, REGISTER_STEPS


LEDGER = "".join(
    f"""
    CREATE TRIGGER posted BEFORE UPDATE OR DELETE ON payouts_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
    REVOKE UPDATE, DELETE, TRUNCATE ON payouts_{table} FROM house_app;
    """
    for table in ("ledgertransaction", "ledgerentry", "paid", "verdict")
) + """
CREATE INDEX paid_xid ON payouts_paid (xid);

CREATE FUNCTION transaction_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT coalesce(sum(amount_tiyn), 0) FROM payouts_ledgerentry WHERE transaction_id = NEW.transaction_id) <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.transaction_id
            USING ERRCODE = '23514', CONSTRAINT = 'transaction_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transaction_balances AFTER INSERT ON payouts_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION transaction_balances();

-- An accrual line is a calculation: it may be put into a claim once, and nothing else about it ever changes.
CREATE FUNCTION line_is_a_calculation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.claim_id IS NOT NULL OR (to_jsonb(NEW) - 'claim_id') <> (to_jsonb(OLD) - 'claim_id') THEN
        RAISE EXCEPTION 'an accrual line does not change' USING ERRCODE = '23514', CONSTRAINT = 'line_is_a_calculation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER line_is_a_calculation BEFORE UPDATE ON payouts_accrualline
    FOR EACH ROW EXECUTE FUNCTION line_is_a_calculation();
CREATE TRIGGER posted BEFORE DELETE ON payouts_accrualline FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE DELETE, TRUNCATE ON payouts_accrualline, payouts_claim, payouts_hold, payouts_paymentorder FROM house_app;
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("audit", "0002_chain")]
    operations = [
        guard("payouts_claim", "claim", CLAIM_STEPS),
        guard("payouts_register", "register", REGISTER_STEPS),
        guard("payouts_paymentorder", "payment_order", ORDER_STEPS),
        migrations.RunSQL(LEDGER, migrations.RunSQL.noop),
    ]
