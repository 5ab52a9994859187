"""Taking over what an older system had paid, and remembering which of its rows were taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from collection.audit import steps as audit
from collection.contracts.models import Contract, ContractCategory, Programme
from collection.contracts.steps import Allot, allot
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date, month_of
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, Unprocessable
from collection.registry.rules import pointer

from .. import ledger
from ..models import AccrualLine, ImportedRow, MonthStatement, PaidBefore
from ..steps import lock_contracts, state_brought_months


@dataclass(frozen=True, slots=True)
class PaidMonth:
    """One category of a month that an older system paid; grams and tiyn."""

    contract_id: UUID
    month: date
    category: str
    mass_g: int
    amount_tiyn: int
    paid_on: date
    bank_reference: str


@dataclass(frozen=True, slots=True)
class TakenRow:
    file: str
    key: str
    digest: str
    object_id: UUID | None


def record_paid_months(*, actor: Actor, at: datetime, months: Sequence[PaidMonth]) -> list[UUID]:
    """Write down what was paid before: it uses up cap, ceiling and quota, and nothing is claimed for those months again.

    The ledger owes and pays it at once, and each contract's month gets its closed statement: a month is taken over whole.

    Errors: Unprocessable with every `not_found` (contract), `category_not_in_contract`, `month_not_over`,
    `month_has_lines` (this house has accrued for it already), `month_closed` (or it has a statement, or this
    house has closed a month of the contract), `out_of_range` and `paid_in_future`.
    """
    lock_contracts(sorted({one.contract_id for one in months}))
    known = set(Contract.objects.filter(pk__in={one.contract_id for one in months}).values_list("pk", flat=True))
    covered = set(ContractCategory.objects.filter(contract__in=known).values_list("contract_id", "category_id"))
    lines = set(AccrualLine.objects.filter(contract__in=known).values_list("contract_id", "claim_month").distinct())
    brought = set(PaidBefore.objects.filter(contract__in=known).values_list("contract_id", "month").distinct())
    stated = set(MonthStatement.objects.filter(contract__in=known).values_list("contract_id", "month"))
    closed_here = {contract for contract, _ in stated - brought}
    today, defects = almaty_date(at), []
    for n, one in enumerate(months):
        for wrong, name, code in (
            (one.contract_id not in known, "contract_id", "not_found"),
            (one.contract_id in known and (one.contract_id, one.category) not in covered, "category",
             "category_not_in_contract"),
            (one.month >= month_of(today), "month", "month_not_over"),
            ((one.contract_id, one.month) in lines, "month", "month_has_lines"),
            ((one.contract_id, one.month) in stated or one.contract_id in closed_here, "month", "month_closed"),
            (one.mass_g <= 0, "mass_g", "out_of_range"), (one.amount_tiyn <= 0, "amount_tiyn", "out_of_range"),
            (one.paid_on > today, "paid_on", "paid_in_future"),
        ):
            if wrong:
                defects.append(Defect(pointer(months, n, name), code))
    if defects:
        raise Unprocessable(defects=defects)
    made = PaidBefore.objects.bulk_create(
        PaidBefore(id=uuid7(at), contract_id=one.contract_id, month=one.month, category_id=one.category, mass_g=one.mass_g,
                   amount_tiyn=one.amount_tiyn, paid_on=one.paid_on, bank_reference=one.bank_reference, recorded_at=at)
        for one in months)
    ledger.bring([row.pk for row in made], at=at)
    state_brought_months([row.pk for row in made], at=at)
    allot([
        allotment for row in made for allotment in (
            Allot(of="cap", amount=row.amount_tiyn, why="paid_before", object_id=row.pk, contract_id=row.contract_id),
            Allot(of="quota", amount=row.mass_g, why="paid_before", object_id=row.pk, contract_id=row.contract_id,
                  category_id=row.category_id))
    ], at=at)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("money.take_over", "paid_before", row.pk, after={
            "contract": row.contract_id, "month": row.month, "category": row.category_id, "mass_g": row.mass_g,
            "amount_tiyn": row.amount_tiyn, "paid_on": row.paid_on, "bank_reference": row.bank_reference})
        for row in made
    ])
    return [row.pk for row in made]


def record_takeover(*, actor: Actor, at: datetime, programme: str, rows: Sequence[TakenRow],
                    counts: Mapping[str, int]) -> None:
    """Remember which rows of which books were taken over. Errors: NotFound (programme)."""
    owner = Programme.objects.filter(code=programme).first()
    if owner is None:
        raise NotFound
    ImportedRow.objects.bulk_create([
        ImportedRow(programme=owner, file=row.file, key=row.key, digest=row.digest, object_id=row.object_id, at=at)
        for row in rows], batch_size=5_000)
    audit.record(actor=actor, at=at, verb="programme.take_over", object_type="programme", object_id=owner.pk,
                 after={"rows": dict(counts)})
