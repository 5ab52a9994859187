"""After every step: the rows are what the model says, and the invariants hold (reliability.md: I3-I8, I15, I16)."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson

from collection.audit.queries import verify
from collection.kernel.db import execute, rows
from collection.payouts.queries import recompute_check
from collection.stats.queries import figures
from tests.journeys.life_model import Model
from tests.races.invariants import BROKEN

#: I3, I4 of dispatch, as the races ask them; and of everything after it.
WRONG = {
    **{name: sql for name, sql in BROKEN.items() if "reserved" not in name and "look again" not in name},
    "what is reserved is what is in hand, until it is weighed": """
        SELECT p.id FROM pickups_pickup p LEFT JOIN custody_consignmentpickup served ON served.pickup_id = p.id
        LEFT JOIN custody_consignment load ON load.id = served.consignment_id
        WHERE (SELECT coalesce(sum(a.amount), 0) FROM contracts_allotment a WHERE a.object_id = p.id AND a.of = 'quota'
               AND a.contract_id = p.collector_contract_id)
            <> CASE WHEN p.state = 'accepted' OR load.state = 'loaded' THEN p.declared_g ELSE 0 END""",
    "I4: each state followed from the one before, and the last is the present one": """
        SELECT now.id FROM (
            SELECT id, state FROM custody_consignment UNION ALL SELECT id, state FROM payouts_claim
            UNION ALL SELECT id, state FROM payouts_register UNION ALL SELECT id, state FROM payouts_paymentorder) now
        WHERE now.state <> (SELECT became FROM audit_statechange WHERE object_id = now.id ORDER BY id DESC LIMIT 1)""",
    "I5: net = accepted + refused, and batches close": """
        SELECT receipt.id FROM custody_receipt receipt JOIN custody_weighing USING (consignment_id)
        WHERE net_g <> accepted_g + refused_g
        UNION ALL SELECT id FROM custody_batch WHERE input_g <> product_g + byproduct_g + loss_g""",
    "I5: the parts are what was divided": """
        SELECT whole.id FROM custody_consignment whole JOIN custody_weighing ON consignment_id = whole.source_id
        WHERE whole.state = 'split' AND coalesce(whole.part_g, net_g) <> (
            SELECT coalesce(sum(part.part_g), 0) FROM custody_consignment part WHERE part.parent_id = whole.id)""",
    "I6: each transaction sums to zero": """
        SELECT transaction_id AS id FROM payouts_ledgerentry GROUP BY 1 HAVING sum(amount_tiyn) <> 0""",
    "I7: a load's stage has at most one line that is not taken back, and a claim one payment": """
        SELECT consignment_id AS id FROM payouts_accrualline line WHERE reverses_id IS NULL
            AND NOT EXISTS (SELECT FROM payouts_accrualline back WHERE back.reverses_id = line.id)
            GROUP BY consignment_id, stage HAVING count(*) > 1
        UNION ALL SELECT claim_id FROM payouts_paymentorder WHERE state = 'paid' GROUP BY 1 HAVING count(*) > 1""",
}
_ALL_WRONG = " UNION ALL ".join(
    f"SELECT {n} AS n, id::text FROM ({sql}) wrong{n}" for n, sql in enumerate(WRONG.values()))

_FOUND = """
SELECT (SELECT coalesce(jsonb_agg(jsonb_build_array(line.consignment_id, line.stage, fact.edition,
            fact.reversal_of_id IS NOT NULL,
            line.contract_id, line.mass_g, line.amount_tiyn, line.claim_month, line.claim_id, line.edition)), '[]')
            FROM payouts_accrualline line JOIN custody_fact fact ON fact.id = line.fact_id) AS lines,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(load.id, load.state, (SELECT jsonb_object_agg(measure, grams) FROM (
            SELECT measure, sum(grams)::bigint AS grams FROM custody_fact WHERE consignment_id = load.id GROUP BY 1) f))), '[]')
            FROM custody_consignment load) AS loads,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(id, state, amount_tiyn, lines_n)), '[]') FROM payouts_claim) AS claims,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(id, state, collector_contract_id)), '[]') FROM pickups_pickup) AS pickups,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(kind, contract_id, tiyn)), '[]') FROM (
            SELECT kind, contract_id, sum(amount_tiyn)::bigint AS tiyn FROM payouts_ledgerentry
            JOIN payouts_account account ON account.id = account_id GROUP BY 1, 2) a) AS accounts,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(id, md5(to_jsonb(statement)::text || (SELECT coalesce(jsonb_agg(
            to_jsonb(line) ORDER BY id), '[]') FROM payouts_statementline line WHERE statement_id = statement.id)::text)
            )), '[]') FROM payouts_monthstatement statement) AS statements
"""


def hold(model: Model, *, programme: str, contracts: dict[str, Any]) -> None:
    """AssertionError naming what does not hold. `contracts`: the model's names -> ids."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at a commit: deferred triggers speak now
    execute("SET CONSTRAINTS ALL DEFERRED")
    assert [(list(WRONG)[row["n"]], row["id"]) for row in rows(_ALL_WRONG, keep_plan=True)] == []
    assert_rows_are_the_models(model, {name: str(pk) for name, pk in contracts.items()})
    assert recompute_check().differences == (), "I8"
    total, told = figures(programme=programme).total, model.tonnages()
    shown = {measure: getattr(total, measure).grams for measure in ("collected", "received", "recycled", "paid")}
    assert shown | {"paid_tiyn": total.paid_tiyn} == told, "I15"
    assert verify().findings == [], "I16"


def assert_rows_are_the_models(model: Model, ids: dict[str, str]) -> None:
    found = {name: orjson.loads(value) for name, value in rows(_FOUND, keep_plan=True)[0].items()}
    assert sorted(found["pickups"]) == sorted(
        [str(pk), state, ids[model.winners[pk]] if pk in model.winners else None] for pk, state in model.pickups.items()), "I3"
    assert {one[0]: (one[1], one[2] or {}) for one in found["loads"]} == {
        str(load.id): (load.state, grams_of(load)) for load in model.loads.values()}, "I5"
    lines = {(*one[:4], one[9]): tuple(one[4:9]) for one in found["lines"]}
    assert lines == {
        (str(line.key[0]), *line.key[1:]): (ids[line.contract], line.mass_g, line.amount_tiyn, iso(line.month),
                                            str(line.claim.id) if line.claim else None)
        for line in model.lines.values()}, "I7, I8"
    assert {one[0]: tuple(one[1:]) for one in found["claims"]} == {
        str(one.id): (one.state, one.amount_tiyn, len(one.lines)) for one in model.claims}, "I15: a claim stays as it was made"
    statements = {one[0]: one[1] for one in found["statements"]}
    assert statements | model.statements == statements, "I15: a statement never changes"
    model.statements = statements
    accounts = {(kind, contract): tiyn for kind, contract, tiyn in found["accounts"] if tiyn}
    assert accounts == {(kind, ids.get(contract)): tiyn for (kind, contract), tiyn in model.accounts.items() if tiyn}, "I6"


def grams_of(load: Any) -> dict[str, int]:
    told: dict[str, int] = {}
    for fact in load.facts:
        told[fact.measure] = told.get(fact.measure, 0) + fact.grams
    return told


def iso(day: date) -> str:
    return day.isoformat()
