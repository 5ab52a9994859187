"""What the database itself refuses: an impossible lifecycle, a ledger that does not balance, a rewritten entry."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.payouts.states import CLAIM_STEPS, ORDER_STEPS, REGISTER_STEPS

LEDGER = "".join(
    f"""
    CREATE TRIGGER posted BEFORE UPDATE OR DELETE ON payouts_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
    REVOKE UPDATE, DELETE, TRUNCATE ON payouts_{table} FROM house_app;
    """
    for table in ("ledgertransaction", "ledgerentry", "paid", "verdict", "rated")
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

-- The month a line sealed on `day` is claimed in: its own, or the contract's next one that has no claim yet.
CREATE FUNCTION open_month(contract uuid, day date) RETURNS date LANGUAGE plpgsql STABLE AS $$
DECLARE open date := date_trunc('month', day);
BEGIN
    WHILE EXISTS (SELECT FROM payouts_claim WHERE contract_id = contract AND month = open) LOOP
        open := open + interval '1 month';
    END LOOP;
    RETURN open;
END $$;

-- An accrual line is a calculation: it may be put into a draft claim of its contract once, and nothing else changes.
CREATE FUNCTION line_is_a_calculation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.claim_id IS NOT NULL OR (to_jsonb(NEW) - 'claim_id') <> (to_jsonb(OLD) - 'claim_id') OR NOT EXISTS (
        SELECT FROM payouts_claim WHERE id = NEW.claim_id AND contract_id = NEW.contract_id AND state = 'draft') THEN
        RAISE EXCEPTION 'an accrual line does not change' USING ERRCODE = '23514', CONSTRAINT = 'line_is_a_calculation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER line_is_a_calculation BEFORE UPDATE ON payouts_accrualline
    FOR EACH ROW EXECUTE FUNCTION line_is_a_calculation();

-- A claim is its lines, when it is made and when it is verified; what it is worth and who did what is never rewritten.
CREATE FUNCTION claim_is_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT (count(*), sum(mass_g), sum(amount_tiyn)) IS DISTINCT FROM
               (NEW.lines_n::bigint, NEW.mass_g::numeric, NEW.amount_tiyn::numeric)
        FROM payouts_accrualline WHERE claim_id = NEW.id) THEN
        RAISE EXCEPTION 'claim % is not the sum of its lines', NEW.number
            USING ERRCODE = '23514', CONSTRAINT = 'claim_is_its_lines';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER claim_is_its_lines AFTER INSERT ON payouts_claim
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claim_is_its_lines();
CREATE CONSTRAINT TRIGGER claim_still_is_its_lines AFTER UPDATE OF state ON payouts_claim
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'verified')
    EXECUTE FUNCTION claim_is_its_lines();

CREATE FUNCTION claim_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.programme_id, NEW.contract_id, NEW.month, NEW.lines_n, NEW.mass_g, NEW.amount_tiyn, NEW.vat_tiyn,
        NEW.prepared_by, NEW.created_at) IS DISTINCT FROM
       (OLD.programme_id, OLD.contract_id, OLD.month, OLD.lines_n, OLD.mass_g, OLD.amount_tiyn, OLD.vat_tiyn,
        OLD.prepared_by, OLD.created_at)
       OR NEW.submitted_by IS DISTINCT FROM OLD.submitted_by AND NOT (OLD.state <> 'submitted' AND NEW.state = 'submitted')
       OR NEW.verified_by IS DISTINCT FROM OLD.verified_by AND NOT (OLD.state = 'submitted' AND NEW.state = 'verified')
       OR NEW.approved_by IS DISTINCT FROM OLD.approved_by AND NOT (OLD.state = 'verified' AND NEW.state IN ('approved', 'queued'))
    THEN
        RAISE EXCEPTION 'what a claim is worth and who did what in it is sealed'
            USING ERRCODE = '23514', CONSTRAINT = 'claim_is_sealed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_is_sealed BEFORE UPDATE ON payouts_claim FOR EACH ROW EXECUTE FUNCTION claim_is_sealed();

-- A register and its orders say what was sent to the bank; only the answer is filled in.
CREATE FUNCTION sent_is_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV[0]::text[] <> to_jsonb(OLD) - TG_ARGV[0]::text[] THEN
        RAISE EXCEPTION 'what was sent to the bank does not change' USING ERRCODE = '23514', CONSTRAINT = 'sent_is_sent';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sent_is_sent BEFORE UPDATE ON payouts_register FOR EACH ROW
    EXECUTE FUNCTION sent_is_sent('{state,approved_by,approved_at,settled_at,version}');
CREATE TRIGGER sent_is_sent BEFORE UPDATE ON payouts_paymentorder FOR EACH ROW
    EXECUTE FUNCTION sent_is_sent('{state,bank_reference,reason,answered_at}');
CREATE TRIGGER posted BEFORE DELETE ON payouts_accrualline FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE DELETE, TRUNCATE ON payouts_accrualline, payouts_claim, payouts_hold, payouts_paymentorder, payouts_register,
    payouts_account, payouts_ratedupto FROM house_app;
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("audit", "0002_chain")]
    operations = [
        guard("payouts_claim", "claim", CLAIM_STEPS),
        guard("payouts_register", "register", REGISTER_STEPS),
        guard("payouts_paymentorder", "payment_order", ORDER_STEPS),
        migrations.RunSQL(LEDGER, migrations.RunSQL.noop),
    ]
