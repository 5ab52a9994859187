"""What the database itself refuses: overspending, a preparer's own yes, a closed month that changes."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.payouts.states import APPEAL_STEPS, CLAIM_STEPS

CLOSED = "".join(
    f"""
    CREATE TRIGGER posted BEFORE UPDATE OR DELETE ON payouts_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
    REVOKE UPDATE, DELETE, TRUNCATE ON payouts_{table} FROM house_app;
    """
    for table in ("claimshare", "period", "monthstatement", "statementline")
) + """
REVOKE DELETE, TRUNCATE ON payouts_cap, payouts_appeal, payouts_payer FROM house_app;

INSERT INTO payouts_claimshare (claim_id, category_id, region_id, lines_n, mass_g, amount_tiyn)
SELECT line.claim_id, line.category_id, load.region_id, count(*), sum(line.mass_g), sum(line.amount_tiyn)
FROM payouts_accrualline line JOIN custody_consignment load ON load.id = line.consignment_id
WHERE line.claim_id IS NOT NULL GROUP BY 1, 2, 3;

-- Every ceiling and cap there is, in one shape: a NULL column does not narrow it.
CREATE VIEW payouts_limit AS
    SELECT 'ceiling' AS kind, 'ceiling' AS key, id AS programme_id, NULL::uuid AS contract_id,
           NULL::varchar AS category_id, NULL::varchar AS region_id, NULL::date AS month, ceiling_tiyn AS limit_tiyn
    FROM contracts_programme WHERE ceiling_tiyn IS NOT NULL
    UNION ALL
    SELECT 'contract', id::text, programme_id, id, NULL, NULL, NULL, cap_tiyn
    FROM contracts_contract WHERE cap_tiyn IS NOT NULL
    UNION ALL
    SELECT 'cap', id::text, programme_id, contract_id, category_id, region_id, month, limit_tiyn FROM payouts_cap;
GRANT SELECT ON payouts_limit TO house_app;

-- What each claim needs of every limit it takes from, and what approved claims have taken of that limit already.
CREATE FUNCTION claim_room(claims uuid[])
RETURNS TABLE (claim_id uuid, key text, kind text, contract_id uuid, category_id varchar, region_id varchar, month date,
               limit_tiyn bigint, needed_tiyn bigint, committed_tiyn bigint) LANGUAGE sql STABLE AS $$
    WITH needed AS MATERIALIZED (
        SELECT claim.id AS claim_id, cap.*, sum(share.amount_tiyn)::bigint AS needed_tiyn
        FROM payouts_claim claim
        JOIN payouts_limit cap ON cap.programme_id = claim.programme_id
            AND (cap.contract_id IS NULL OR cap.contract_id = claim.contract_id)
            AND (cap.month IS NULL OR cap.month = claim.month)
        JOIN payouts_claimshare share ON share.claim_id = claim.id
            AND (cap.category_id IS NULL OR cap.category_id = share.category_id)
            AND (cap.region_id IS NULL OR cap.region_id = share.region_id)
        WHERE claim.id = ANY(claims)
        GROUP BY claim.id, cap.kind, cap.key, cap.programme_id, cap.contract_id, cap.category_id, cap.region_id,
                 cap.month, cap.limit_tiyn
        HAVING sum(share.amount_tiyn) > 0
    ), used AS MATERIALIZED (
        SELECT cap.key, cap.kind, sum(share.amount_tiyn)::bigint AS committed_tiyn
        FROM (SELECT DISTINCT n.kind, n.key, n.programme_id, n.contract_id, n.category_id, n.region_id, n.month
              FROM needed n) cap
        JOIN payouts_claim claim ON claim.programme_id = cap.programme_id
            AND claim.state IN ('approved', 'registered', 'paid')
            AND (cap.contract_id IS NULL OR cap.contract_id = claim.contract_id)
            AND (cap.month IS NULL OR cap.month = claim.month)
        JOIN payouts_claimshare share ON share.claim_id = claim.id
            AND (cap.category_id IS NULL OR cap.category_id = share.category_id)
            AND (cap.region_id IS NULL OR cap.region_id = share.region_id)
        GROUP BY cap.key, cap.kind
    )
    SELECT n.claim_id, n.key, n.kind, n.contract_id, n.category_id, n.region_id, n.month, n.limit_tiyn, n.needed_tiyn,
           coalesce(used.committed_tiyn, 0)
    FROM needed n LEFT JOIN used ON used.key = n.key AND used.kind = n.kind
    ORDER BY n.claim_id, n.kind DESC, n.key
$$;

-- Approvals of one programme go one after another, whoever writes them; together they stay within every limit.
CREATE FUNCTION claim_within_caps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE over record;
BEGIN
    PERFORM FROM contracts_programme WHERE id = NEW.programme_id FOR NO KEY UPDATE;
    SELECT * INTO over FROM claim_room(ARRAY[NEW.id]) WHERE committed_tiyn > limit_tiyn LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'claim % would pass a limit of % tiyn', NEW.number, over.limit_tiyn
            USING ERRCODE = '23514', CONSTRAINT = 'claim_within_caps';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER claim_within_caps AFTER UPDATE OF state ON payouts_claim FOR EACH ROW
    WHEN (NEW.state = 'approved' AND OLD.state IN ('verified', 'queued')) EXECUTE FUNCTION claim_within_caps();

-- A claim begins as a draft, a register too, an order waits: nothing comes into the world approved or paid.
CREATE FUNCTION papers_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> TG_ARGV[0] OR EXISTS (
        SELECT FROM jsonb_each(to_jsonb(NEW)) one WHERE one.key = ANY (TG_ARGV[1]::text[]) AND one.value <> 'null') THEN
        RAISE EXCEPTION 'it begins %, signed by nobody', TG_ARGV[0]
            USING ERRCODE = '23514', CONSTRAINT = 'papers_begin';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER papers_begin BEFORE INSERT ON payouts_claim FOR EACH ROW
    EXECUTE FUNCTION papers_begin('draft', '{submitted_by,verified_by,approved_by,paid_at}');
CREATE TRIGGER papers_begin BEFORE INSERT ON payouts_register FOR EACH ROW
    EXECUTE FUNCTION papers_begin('draft', '{approved_by,settled_at}');
CREATE TRIGGER papers_begin BEFORE INSERT ON payouts_paymentorder FOR EACH ROW
    EXECUTE FUNCTION papers_begin('waiting', '{bank_reference,answered_at}');
CREATE TRIGGER papers_begin BEFORE INSERT ON payouts_appeal FOR EACH ROW
    EXECUTE FUNCTION papers_begin('open', '{decided_by}');

-- The yes is a finance officer's of the operator, who had nothing else of it in hand and belongs to no payee of it.
CREATE FUNCTION second_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approved_by IS NULL OR NEW.approved_by IS NOT DISTINCT FROM OLD.approved_by THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME = 'payouts_claim' AND NEW.approved_by IN (
           (to_jsonb(NEW)->>'prepared_by')::uuid, (to_jsonb(NEW)->>'submitted_by')::uuid,
           (to_jsonb(NEW)->>'verified_by')::uuid)
       OR TG_TABLE_NAME = 'payouts_register' AND NEW.approved_by = NEW.prepared_by THEN
        RAISE EXCEPTION 'nobody approves what they had in hand'
            USING ERRCODE = '23514', CONSTRAINT = CASE TG_TABLE_NAME WHEN 'payouts_claim' THEN 'claim_two_persons'
                ELSE 'register_two_persons' END;
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_membership member JOIN accounts_organisation organisation
            ON organisation.id = member.organisation_id AND organisation.is_operator
        WHERE member.user_id = NEW.approved_by AND member.role = 'finance' AND member.removed_at IS NULL) THEN
        RAISE EXCEPTION 'whoever approves is of the operator''s finance'
            USING ERRCODE = '23514', CONSTRAINT = 'approver_is_finance';
    END IF;
    IF TG_TABLE_NAME = 'payouts_claim' AND EXISTS (
        SELECT FROM contracts_contract contract JOIN accounts_membership member
            ON member.organisation_id = contract.organisation_id AND member.user_id = NEW.approved_by
        WHERE contract.id = (to_jsonb(NEW)->>'contract_id')::uuid) THEN
        RAISE EXCEPTION 'nobody approves the claims of their own company'
            USING ERRCODE = '23514', CONSTRAINT = 'approver_is_no_payee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_person BEFORE UPDATE ON payouts_claim FOR EACH ROW EXECUTE FUNCTION second_person();
CREATE TRIGGER second_person BEFORE UPDATE ON payouts_register FOR EACH ROW EXECUTE FUNCTION second_person();

-- The month a line sealed on `day` is claimed in: its own, or the contract's next one that is not closed.
CREATE OR REPLACE FUNCTION open_month(contract uuid, day date) RETURNS date LANGUAGE plpgsql STABLE AS $$
DECLARE open date := date_trunc('month', day);
BEGIN
    open := greatest(open, (SELECT max(period.month) + interval '1 month' FROM payouts_period period
        JOIN contracts_contract one ON one.programme_id = period.programme_id WHERE one.id = contract)::date);
    WHILE EXISTS (SELECT FROM payouts_claim WHERE contract_id = contract AND month = open) LOOP
        open := open + interval '1 month';
    END LOOP;
    RETURN open;
END $$;

CREATE OR REPLACE FUNCTION claim_is_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT (count(*), sum(mass_g), sum(amount_tiyn)) IS DISTINCT FROM
               (NEW.lines_n::bigint, NEW.mass_g::numeric, NEW.amount_tiyn::numeric)
        FROM payouts_accrualline WHERE claim_id = NEW.id)
       OR (SELECT (sum(lines_n), sum(mass_g), sum(amount_tiyn)) IS DISTINCT FROM
               (NEW.lines_n::bigint, NEW.mass_g::numeric, NEW.amount_tiyn::numeric)
        FROM payouts_claimshare WHERE claim_id = NEW.id) THEN
        RAISE EXCEPTION 'claim % is not the sum of its lines', NEW.number
            USING ERRCODE = '23514', CONSTRAINT = 'claim_is_its_lines';
    END IF;
    RETURN NULL;
END $$;

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
            OR OLD.state = 'rejected' AND NEW.state = 'verified' AND NEW.approved_by IS NULL)
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

CREATE TRIGGER sent_is_sent BEFORE UPDATE ON payouts_appeal FOR EACH ROW
    EXECUTE FUNCTION sent_is_sent('{state,decided_by,decided_at,answer,version}');
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0003_caps_closing_and_appeals"), ("audit", "0002_chain")]
    operations = [
        guard("payouts_claim", "claim", CLAIM_STEPS),
        guard("payouts_appeal", "appeal", APPEAL_STEPS),
        migrations.RunSQL(CLOSED, migrations.RunSQL.noop),
    ]
