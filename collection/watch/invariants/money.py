"""I6, I7, I8, I15: the ledger balances, nothing is paid twice, every amount recomputes, closed months stand still."""

from __future__ import annotations

from collection.kernel.db import rows
from collection.payouts.queries import recompute_check
from collection.stats import operations as stats

from .check import Check, Found, Invariant, every, found, sql


def _recompute() -> Found:
    done = recompute_check()
    return found(done.lines, [one.what for one in done.differences])


def _rollups() -> Found:
    wrong = [f"{one.grain} {one.measure} {one.month:%Y-%m}" for one in stats.check()]
    return found(int(rows(every("stats_rollup"))[0]["n"]), wrong)


MONEY = (
    Invariant("I6", "The ledger balances and is never edited", (
        sql("every transaction sums to zero",
            every("payouts_ledgertransaction"),
            """SELECT head.id::text AS id FROM payouts_ledgertransaction head
            LEFT JOIN payouts_ledgerentry entry ON entry.transaction_id = head.id
            GROUP BY head.id HAVING coalesce(sum(entry.amount_tiyn), 0) <> 0 OR count(entry.id) < 2"""),
        sql("the role of the house may neither change nor delete nor empty what was posted",
            "SELECT count(*) AS n FROM pg_trigger WHERE tgname = 'posted'", """
            SELECT tgrelid::regclass::text AS id FROM pg_trigger WHERE tgname = 'posted' AND (
                tgenabled <> 'O' OR has_table_privilege('house_app', tgrelid, 'DELETE')
                OR has_table_privilege('house_app', tgrelid, 'TRUNCATE'))
            UNION ALL
            SELECT one FROM unnest(ARRAY['payouts_ledgerentry', 'payouts_ledgertransaction']) AS one
            WHERE has_table_privilege('house_app', one, 'UPDATE')
               OR NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = one::regclass AND tgname = 'posted')"""),
    )),
    Invariant("I7", "Paid once", (
        sql("of a fact and stage one accrual stands",
            every("payouts_accrualline", "reverses_id IS NULL"), """
            SELECT line.fact_id || ' ' || line.stage AS id FROM payouts_accrualline line
            WHERE line.reverses_id IS NULL
              AND NOT EXISTS (SELECT FROM payouts_accrualline back WHERE back.reverses_id = line.id)
            GROUP BY line.fact_id, line.stage HAVING count(*) > 1"""),
        sql("of a load and stage one measure is paid for",
            every("payouts_accrualline"), """
            SELECT consignment_id || ' ' || stage AS id FROM (
                SELECT line.consignment_id, line.stage, fact.measure FROM payouts_accrualline line
                JOIN custody_fact fact ON fact.id = line.fact_id
                GROUP BY line.consignment_id, line.stage, fact.measure HAVING sum(line.mass_g) > 0) AS standing
            GROUP BY consignment_id, stage HAVING count(*) > 1"""),
        sql("a claim has one payment order that was not rejected",
            every("payouts_paymentorder"), """
            SELECT claim_id AS id FROM payouts_paymentorder WHERE state <> 'rejected' GROUP BY claim_id HAVING count(*) > 1"""),
        sql("what an order pays is its claim's amount",
            every("payouts_paymentorder", "state = 'paid'"), """
            SELECT paid.id FROM payouts_paymentorder paid JOIN payouts_claim claim ON claim.id = paid.claim_id
            WHERE paid.state = 'paid' AND paid.amount_tiyn <> claim.amount_tiyn"""),
    )),
    Invariant("I8", "Every amount is its calculation", (
        Check("lines, claims and ledger recompute from sealed facts and dated tariffs, to the tiyn", _recompute),
    )),
    Invariant("I15", "Statistics are their rows; closed months stand still", (
        Check("the roll-up is the sum of its rows", _rollups),
        sql("a statement follows the one before it",
            every("payouts_monthstatement"), """
            SELECT id::text FROM (SELECT id, opening_tiyn, lag(closing_tiyn, 1, 0::bigint) OVER (
                PARTITION BY contract_id ORDER BY month) AS before FROM payouts_monthstatement) AS chained
            WHERE opening_tiyn <> before"""),
        sql("nothing was claimed in a month after it was closed",
            every("payouts_period"), """
            SELECT period.id::text AS id FROM payouts_period period
            JOIN payouts_claim claim ON claim.programme_id = period.programme_id AND claim.month = period.month
            WHERE claim.created_at > period.closed_at"""),
    )),
)
