"""The plant: what went in became product, by-products and loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.models import Contract
from collection.contracts.steps import Allot, allot
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.calendar import month_of
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, Unprocessable
from collection.kernel.words import Words
from collection.registry.models import FacilityCapacity
from collection.registry.rules import pointer
from notifications import outbox

from .. import notices
from ..models import Batch, BatchInput
from ..steps import fact, legal_date, move, seal, standings, take
from .refusals import Wrongs


class BatchDoesNotClose(Unprocessable):
    """Input = product + by-products + loss: the loads that go in are all that can come out."""

    code = "batch_does_not_close"
    words = Words("Партия балансы жабылмайды", "Баланс партии не сходится", "The batch does not balance")


@dataclass(frozen=True, slots=True)
class NewBatch:
    """Whole loads go in; product, by-product and loss in grams must add up to their accepted mass."""

    contract_id: UUID
    category: str
    consignment_ids: tuple[UUID, ...]
    product_g: int
    byproduct_g: int
    loss_g: int
    occurred_at: datetime


def process(*, actor: Actor, at: datetime, batches: Sequence[NewBatch]) -> list[UUID]:
    """Seal the batches: received -> processed, a `recycled` fact for each load's share of the input.

    `recycled` counts input, never product. Errors: NotFound; WrongState; BatchDoesNotClose, OccurredInFuture;
    Unprocessable with `duplicate`, `not_of_contract`, `wrong_category`. Returns the batches' ids.
    """
    ids = [pk for one in batches for pk in one.consignment_ids]
    loads = take(actor, ids, action="process", parties=("recycler_id",), name="consignment_ids")
    contracts = {one.pk: one for one in Contract.objects.visible_to(actor).filter(
        pk__in={one.contract_id for one in batches})}
    if lost := [n for n, one in enumerate(batches) if one.contract_id not in contracts]:
        raise NotFound(defects=[Defect(pointer(batches, n, "contract_id"), NotFound.code) for n in lost])
    _queue_at_plants(contracts, batches)
    papers = standings(ids)
    _check(batches, loads, papers, at)
    rows, inputs, facts = [], [], []
    for one in batches:
        contract = contracts[one.contract_id]
        batch = Batch(
            id=uuid7(at), programme_id=contract.programme_id, contract=contract, facility_id=contract.facility_id,
            category_id=one.category, input_g=sum(papers[pk].accepted_g for pk in one.consignment_ids),
            product_g=one.product_g, byproduct_g=one.byproduct_g, loss_g=one.loss_g, occurred_at=one.occurred_at,
            recorded_at=at, sealed_by=actor.user_id)
        rows.append(batch)
        inputs += [BatchInput(batch=batch, consignment_id=pk, mass_g=papers[pk].accepted_g)
                   for pk in one.consignment_ids]
        facts += [
            fact(loads[pk], "recycled", grams=papers[pk].accepted_g, occurred_at=one.occurred_at,
                 supply_on=papers[pk].supply_on, at=at, contract=(contract.pk, contract.kind), batch_id=batch.pk)
            for pk in one.consignment_ids
        ]
    insert(rows)
    insert(inputs)
    move(ids, to="processed")
    seal(facts, at=at)
    allot([
        Allot(of="capacity", amount=row.input_g, why="processed", object_id=row.pk, facility_id=row.facility_id,
              category_id=row.category_id, month=month_of(legal_date(row.occurred_at, at)))
        for row in rows
    ], at=at)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("batch.process", "batch", row.pk, after={
            "category": row.category_id, "input_g": row.input_g, "product_g": row.product_g,
            "byproduct_g": row.byproduct_g, "loss_g": row.loss_g, "consignments": one.consignment_ids})
        for one, row in zip(batches, rows, strict=True)
    ])
    people = accounts.recipients(notices.told("processed", loads.values()))
    outbox.put(notices.moved("processed", loads.values(), actor, people), at=at)
    return [row.pk for row in rows]


def _queue_at_plants(contracts: dict[UUID, Contract], batches: Sequence[NewBatch]) -> None:
    """Batches of one plant are sealed one after another, so that the order of their facts is the order they count in.

    The monthly licence is judged by that order (payouts, rule `capacity_exceeded`); two batches that raced would
    otherwise each be judged without the other.
    """
    list(FacilityCapacity.objects.filter(
        facility__in={one.facility_id for one in contracts.values()}, category__in={one.category for one in batches},
    ).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _check(batches: Sequence[NewBatch], loads: dict, papers: dict, at: datetime) -> None:  # type: ignore[type-arg]
    wrongs = Wrongs(batches)
    seen: set[UUID] = set()
    for n, one in enumerate(batches):
        wrongs.future(n, one.occurred_at, at)
        for place, pk in enumerate(one.consignment_ids):
            name = f"consignment_ids/{place}"
            if pk in seen:
                wrongs.add(Unprocessable, n, name, "duplicate")
            seen.add(pk)
            if loads[pk].recycler_contract_id != one.contract_id:
                wrongs.add(Unprocessable, n, name, "not_of_contract")
            if loads[pk].category_id != one.category:
                wrongs.add(Unprocessable, n, name, "wrong_category", category=loads[pk].category_id)
        if not one.consignment_ids:
            wrongs.add(Unprocessable, n, "consignment_ids", "too_few", min=1)
        input_g = sum(papers[pk].accepted_g for pk in one.consignment_ids)
        parts = (one.product_g, one.byproduct_g, one.loss_g)
        if min(parts) < 0 or sum(parts) != input_g:
            wrongs.add(BatchDoesNotClose, n, "product_g", input_g=input_g)
    wrongs.refuse()
