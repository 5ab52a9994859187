"""A claim may be returned until it is sent to the bank: an inspection of one of its loads failed. The yes it had is void."""

from django.db import migrations

from collection.audit.lifecycle import guard

from ..states import CLAIM_STEPS

SEALED = """
CREATE OR REPLACE FUNCTION claim_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.programme_id, NEW.contract_id, NEW.month, NEW.lines_n, NEW.mass_g, NEW.amount_tiyn, NEW.vat_tiyn,
        NEW.prepared_by, NEW.created_at) IS DISTINCT FROM
       (OLD.programme_id, OLD.contract_id, OLD.month, OLD.lines_n, OLD.mass_g, OLD.amount_tiyn, OLD.vat_tiyn,
        OLD.prepared_by, OLD.created_at)
       OR NEW.submitted_by IS DISTINCT FROM OLD.submitted_by AND NOT (OLD.state <> 'submitted' AND NEW.state = 'submitted')
       OR NEW.declaration IS DISTINCT FROM OLD.declaration AND NOT (OLD.state <> 'submitted' AND NEW.state = 'submitted')
       OR NEW.verified_by IS DISTINCT FROM OLD.verified_by AND NOT (OLD.state <> 'verified' AND NEW.state = 'verified')
       OR NEW.refused_by IS DISTINCT FROM OLD.refused_by AND NOT (
            OLD.state <> NEW.state AND NEW.state IN ('returned', 'rejected'))
       OR NEW.approved_by IS DISTINCT FROM OLD.approved_by AND NOT (
            OLD.state = 'verified' AND NEW.state IN ('approved', 'queued')
            OR OLD.state = 'rejected' AND NEW.state = 'verified' AND NEW.approved_by IS NULL
            OR OLD.state IN ('queued', 'approved') AND NEW.state = 'returned' AND NEW.approved_by IS NULL)
    THEN
        RAISE EXCEPTION 'what a claim is worth and who did what in it is sealed'
            USING ERRCODE = '23514', CONSTRAINT = 'claim_is_sealed';
    END IF;
    IF NEW.state = 'verified' AND OLD.state IN ('returned', 'rejected') AND NOT EXISTS (
        SELECT FROM payouts_appeal WHERE claim_id = NEW.id AND of_state = OLD.state AND state = 'granted'
            AND decided_by = NEW.verified_by) THEN
        RAISE EXCEPTION 'only a granted appeal turns a no into a yes'
            USING ERRCODE = '23514', CONSTRAINT = 'verified_on_appeal';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0008_inspections_by_lot")]
    operations = [
        guard("payouts_claim", "claim", CLAIM_STEPS),
        migrations.RunSQL(SEALED, migrations.RunSQL.noop),
    ]
