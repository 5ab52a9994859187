"""Months that were taken over before the ledger knew of them are posted too, so that recomputing finds no difference.

A migration of its own: their balance is looked at by a deferred trigger, and no table may change its shape before that.
"""

from django.db import migrations

POST = """
INSERT INTO payouts_account (programme_id, contract_id, kind)
SELECT DISTINCT contract.programme_id, CASE WHEN side = 'accrued' THEN contract.id END, side
FROM payouts_paidbefore paid JOIN contracts_contract contract ON contract.id = paid.contract_id
CROSS JOIN unnest(ARRAY['cost', 'accrued', 'bank']) AS side
ON CONFLICT DO NOTHING;

DO $$
DECLARE one record; step record; head bigint;
BEGIN
    FOR one IN SELECT paid.*, contract.programme_id FROM payouts_paidbefore paid
        JOIN contracts_contract contract ON contract.id = paid.contract_id
        WHERE NOT EXISTS (SELECT FROM payouts_ledgertransaction WHERE paid_before_id = paid.id) ORDER BY paid.id LOOP
        FOR step IN SELECT * FROM (VALUES ('accrual', 'cost', 'accrued'), ('payment', 'accrued', 'bank')) AS s (what, debit, credit)
        LOOP
            INSERT INTO payouts_ledgertransaction (what, paid_before_id, at) VALUES (step.what, one.id, one.recorded_at)
            RETURNING id INTO head;
            INSERT INTO payouts_ledgerentry (transaction_id, account_id, amount_tiyn)
            SELECT head, account.id, CASE WHEN account.kind = step.debit THEN one.amount_tiyn ELSE -one.amount_tiyn END
            FROM payouts_account account
            WHERE account.programme_id = one.programme_id AND account.kind IN (step.debit, step.credit)
              AND account.contract_id IS NOT DISTINCT FROM CASE WHEN account.kind = 'accrued' THEN one.contract_id END
            ORDER BY account.kind = step.credit;
        END LOOP;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [("payouts", "0010_what_was_paid_before_is_in_the_ledger")]

    operations = [migrations.RunSQL(POST, migrations.RunSQL.noop)]
