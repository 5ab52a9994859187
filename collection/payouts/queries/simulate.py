"""What if the coefficients were others? A month's facts priced twice, side by side; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from collection.contracts.prices import Rates
from collection.contracts.queries import price_list, programme_by_code
from collection.contracts.rules import MAX_COEFFICIENT
from collection.contracts.states import STAGES
from collection.kernel.calendar import almaty_date, month_of, next_month
from collection.kernel.db import rows
from collection.kernel.refusals import Defect, Unprocessable
from collection.waste.models import Category

from ..rating import Chain, Priced, price

CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Supposed:
    """`coefficient` of the monthly index per tonne, instead of what was in force; None: the stage would not be paid."""

    category: str
    stage: str
    coefficient: Decimal | None


@dataclass(frozen=True, slots=True)
class ContractEffect:
    contract_id: UUID
    number: str
    organisation: str
    current_tiyn: int
    supposed_tiyn: int
    difference_tiyn: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """A month priced twice. `contracts`: everybody whose facts it has, largest difference first."""

    programme: str
    month: date
    facts: int
    current_tiyn: int
    supposed_tiyn: int
    difference_tiyn: int
    contracts: tuple[ContractEffect, ...]


_FACTS = """
SELECT fact.id, fact.measure, fact.grams, fact.category_id, fact.supply_on,
       load.collector_contract_id AS collector, collector.kind AS collector_kind,
       load.recycler_contract_id AS recycler, recycler.kind AS recycler_kind, %(whole_payee)s AS whole_payee
FROM custody_fact fact
JOIN custody_consignment load ON load.id = fact.consignment_id
JOIN contracts_contract collector ON collector.id = load.collector_contract_id
JOIN contracts_contract recycler ON recycler.id = load.recycler_contract_id
WHERE fact.programme_id = %(programme)s AND fact.measure IN ('received', 'recycled')
  AND fact.sealed_on >= %(first)s AND fact.sealed_on < %(after_last)s AND fact.id > %(after)s
ORDER BY fact.id LIMIT %(limit)s
"""
_NAMES = """
SELECT contract.id, contract.number, organisation.name FROM contracts_contract contract
JOIN accounts_organisation organisation ON organisation.id = contract.organisation_id WHERE contract.id = ANY(%s)
"""


def simulate_tariffs(*, at: datetime, programme: str, coefficients: Sequence[Supposed],
                     month: date | None = None) -> Simulated:
    """Price the facts sealed in `month` (none: the one before that of `at`) with and without the supposed coefficients.

    Each line is rounded by itself, as accrual does, so both sums are to the tiyn what the month is and would be worth;
    held lines count like others, because a hold says nothing of the price. Index and supply dates stay.
    Errors: NotFound (programme); Unprocessable with every unknown category or stage, `duplicate` and `out_of_range`.
    """
    known = programme_by_code(programme)
    _judge(coefficients)
    month = month_of(month or month_of(almaty_date(at)) - timedelta(days=1))
    supposed: dict[str, dict[str, Decimal | None]] = defaultdict(dict)
    for one in coefficients:
        supposed[one.category][one.stage] = one.coefficient
    prices, rates = price_list(known.id), dict[tuple[str, date], Rates]()
    now: dict[UUID, int] = defaultdict(int)
    then: dict[UUID, int] = defaultdict(int)
    facts = 0
    for fact in _facts(known.id, known.whole_payee, month):
        facts += 1
        key = (fact["category_id"], fact["supply_on"])
        if key not in rates:
            rates[key] = prices.on(*key)
        there = rates[key]
        changed = {stage: value for stage, value in {**there.coefficients, **supposed[key[0]]}.items() if value is not None}
        chain = Chain(**{name: fact[name] for name in Chain.__slots__})
        for sums, used in ((now, there.coefficients), (then, changed)):
            for line in _lines(fact, chain, used, there.index_tiyn):
                sums[line.contract_id] += line.amount_tiyn
    return _told(known.code, month, facts, now, then)


def _lines(fact: dict[str, Any], chain: Chain, coefficients: Any, index_tiyn: int | None) -> list[Priced]:
    return price(fact["measure"], fact["grams"], chain, coefficients=coefficients, index_tiyn=index_tiyn)


def _facts(programme_id: UUID, whole_payee: str, month: date) -> Iterator[dict[str, Any]]:
    after = 0
    while chunk := rows(_FACTS, {"programme": programme_id, "whole_payee": whole_payee, "first": month,
                                 "after_last": next_month(month), "after": after, "limit": CHUNK}):
        yield from chunk
        after = chunk[-1]["id"]


def _told(programme: str, month: date, facts: int, now: dict[UUID, int], then: dict[UUID, int]) -> Simulated:
    names = {row["id"]: row for row in rows(_NAMES, [list(now.keys() | then.keys())])}
    effects = [
        ContractEffect(pk, row["number"], row["name"], now.get(pk, 0), then.get(pk, 0), then.get(pk, 0) - now.get(pk, 0))
        for pk, row in names.items()
    ]
    current, supposed = sum(now.values()), sum(then.values())
    return Simulated(programme, month, facts, current, supposed, supposed - current,
                     tuple(sorted(effects, key=lambda one: (-abs(one.difference_tiyn), one.number))))


def _judge(coefficients: Sequence[Supposed]) -> None:
    categories = set(Category.objects.values_list("code", flat=True))
    seen: set[tuple[str, str]] = set()
    defects = []
    for n, one in enumerate(coefficients):
        at = f"/coefficients/{n}"
        if one.category not in categories:
            defects.append(Defect(f"{at}/category", "unknown_category", {"value": one.category}))
        if one.stage not in STAGES:
            defects.append(Defect(f"{at}/stage", "not_a_choice", {"choices": list(STAGES)}))
        if one.coefficient is not None and not 0 < one.coefficient <= MAX_COEFFICIENT:
            defects.append(Defect(f"{at}/coefficient", "out_of_range", {"above": 0, "max": str(MAX_COEFFICIENT)}))
        if (one.category, one.stage) in seen:
            defects.append(Defect(at, "duplicate"))
        seen.add((one.category, one.stage))
    if defects:
        raise Unprocessable(defects=defects)
