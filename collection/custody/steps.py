"""Moving consignments along and sealing facts, a list at a time: a constant number of statements, however long it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from collection.contracts.models import Contract
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.calendar import almaty_date
from collection.kernel.db import rows
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, StaleVersion, WrongState
from collection.registry.rules import pointer
from notifications import outbox

from .models import Consignment, Division, Fact, Signature
from .states import CONSIGNMENT_ACTIONS, CONSIGNMENT_STEPS


def take(actor: Actor, ids: Sequence[UUID], *, action: str, parties: Sequence[str],
         versions: Sequence[int | None] | None = None, name: str = "consignment_id") -> dict[UUID, Consignment]:
    """The consignments, locked in key order, for somebody who acts for one of `parties` and may do `action` now.

    `parties` are the columns one of which must be the actor's organisation. Errors: NotFound; StaleVersion;
    WrongState with the state, what is allowed in it, and every one of the list that is not ready.
    """
    found = {one.pk: one for one in Consignment.objects.visible_to(actor).locked(pk__in=list(ids))}
    own = {pk for pk, one in found.items()
           if actor.is_house or actor.organisation_id in [getattr(one, party) for party in parties]}
    if lost := [n for n, pk in enumerate(ids) if pk not in own]:
        raise NotFound(defects=[Defect(pointer(ids, n, name), NotFound.code) for n in lost] if len(ids) > 1 else [])
    for n, pk in enumerate(ids):
        if versions is not None and versions[n] not in (None, found[pk].version):
            raise StaleVersion(version=found[pk].version)
    wrong = [(n, found[pk].state) for n, pk in enumerate(ids) if action not in actions(found[pk].state)]
    if wrong:
        raise WrongState(
            defects=[Defect(pointer(ids, n, name), WrongState.code, {"state": state, "allowed_actions": actions(state)})
                     for n, state in wrong] if len(ids) > 1 else [],
            state=wrong[0][1], allowed_actions=actions(wrong[0][1]))
    return found


def actions(state: str) -> list[str]:
    return list(CONSIGNMENT_ACTIONS.get(state, ()))


def move(ids: Sequence[UUID], *, to: str, delivered_at: datetime | None = None, store_id: UUID | None = None) -> None:
    """All of them to `to`. Whoever calls holds their locks; the database refuses a step the lifecycle does not know."""
    before = [state for state, following in CONSIGNMENT_STEPS.items() if to in following]
    changes: dict[str, object] = {"state": to, "version": F("version") + 1, "store": store_id}
    if delivered_at is not None:
        changes["delivered_at"] = delivered_at
    moved = Consignment.objects.filter(pk__in=list(ids), state__in=before).update(**changes)
    assert moved == len(ids), f"{moved} of {len(ids)} consignments were ready for {to}"


def sign(signed: Sequence[tuple[Consignment, datetime]], party: str, method: str, *, actor: Actor, at: datetime) -> None:
    """A party's seal on each load's papers as they stand now. The database takes the digest, and seals what it is of."""
    owner = {"generator": "generator_id", "driver": "collector_id", "recycler": "recycler_id"}[party]
    insert([
        Signature(id=uuid7(at), consignment=load, party=party, method=method, organisation_id=getattr(load, owner),
                  signed_by=actor.user_id, signed_at=signed_at, recorded_at=at)
        for load, signed_at in signed
    ])


@dataclass(frozen=True, slots=True)
class Standing:
    """What papers and corrections say of one load, in grams."""

    net_g: int
    accepted_g: int
    edition: int  # 1 for the receipt itself
    supply_on: date
    weighed_at: datetime
    received_at: datetime
    batch_id: UUID | None


def standings(ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """The accepted mass as it stands now (the last correction, else the receipt) of received loads."""
    return {
        row.pop("consignment_id"): Standing(**row)
        for row in rows(
            """
            SELECT receipt.consignment_id, coalesce(load.part_g, weighing.net_g) AS net_g,
                   coalesce(last.accepted_g, receipt.accepted_g) AS accepted_g,
                   coalesce(last.edition, 1) AS edition, fact.supply_on, weighing.occurred_at AS weighed_at,
                   receipt.occurred_at AS received_at, input.batch_id
            FROM custody_receipt receipt
            JOIN custody_consignment load ON load.id = receipt.consignment_id
            JOIN custody_weighing weighing ON weighing.consignment_id = load.source_id
            JOIN custody_fact fact ON fact.consignment_id = load.source_id AND fact.measure = 'collected'
            LEFT JOIN custody_batchinput input ON input.consignment_id = receipt.consignment_id
            LEFT JOIN LATERAL (
                SELECT accepted_g, edition FROM custody_correction
                WHERE consignment_id = receipt.consignment_id ORDER BY edition DESC LIMIT 1) AS last ON true
            WHERE receipt.consignment_id = ANY(%s)
            """,
            [list(ids)],
        )
    }


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a load weighs, in grams, and the day of its ticket; of a part its share of its source's ticket."""

    net_g: int
    supply_on: date


def weights(ids: Sequence[UUID]) -> dict[UUID, Weighed]:
    """Of every load and part that has been weighed."""
    return {
        row["id"]: Weighed(row["net_g"], legal_date(row["occurred_at"], row["recorded_at"]))
        for row in rows(
            """
            SELECT load.id, coalesce(load.part_g, weighing.net_g) AS net_g, weighing.occurred_at, weighing.recorded_at
            FROM custody_consignment load JOIN custody_weighing weighing ON weighing.consignment_id = load.source_id
            WHERE load.id = ANY(%s)
            """,
            [list(ids)],
        )
    }


@dataclass(frozen=True, slots=True)
class Cut:
    """How a load is divided: grams and, where it is to go elsewhere than the load, the recycler's contract; and what is lost."""

    load: Consignment
    parts: Sequence[tuple[int, Contract | None]]
    occurred_at: datetime
    lost_g: int = 0
    lost_why: str = ""


def divide(actor: Actor, cuts: Sequence[Cut], *, at: datetime) -> list[list[Consignment]]:
    """Each load becomes its parts, in the state and store it was in itself.

    The caller holds the locks and has checked the sums; the database checks them again at commit.
    """
    made = [
        [_part(cut.load, grams, contract, at) for grams, contract in cut.parts]
        for cut in cuts
    ]
    insert([
        Division(consignment=cut.load, store_id=cut.load.store_id, lost_g=cut.lost_g, lost_why=cut.lost_why,
                 occurred_at=cut.occurred_at, recorded_at=at, divided_by=actor.user_id)
        for cut in cuts
    ])
    flat = [part for parts in made for part in parts]
    numbers = dict(insert(flat, returning=("id", "number"))) if flat else {}
    for part in flat:
        part.number = numbers[part.pk]
    move([cut.load.pk for cut in cuts], to="split")
    return made


_KEPT = ("programme_id", "category_id", "waste_code_id", "origin", "generator_id", "region_id", "district_id", "collector_id",
         "collector_contract_id", "recycler_id", "recycler_contract_id", "facility_id", "vehicle_id", "driver_id", "state",
         "loaded_at", "source_id", "store_id", "point")


def _part(load: Consignment, grams: int, contract: Contract | None, at: datetime) -> Consignment:
    columns = {name: getattr(load, name) for name in _KEPT}
    if contract is not None:
        columns |= {"recycler_id": contract.organisation_id, "recycler_contract_id": contract.pk,
                    "facility_id": contract.facility_id}
    return Consignment(id=uuid7(at), parent=load, part_g=grams, recorded_at=at, **columns)


def fact(row: Consignment, measure: str, *, grams: int, occurred_at: datetime, supply_on: date, at: datetime,
         contract: tuple[UUID, str], batch_id: UUID | None = None) -> Fact:
    """The first edition of a sealed fact, not yet written. `contract`: whose tonnes they are, and its kind."""
    return Fact(
        measure=measure, consignment=row, programme_id=row.programme_id, category_id=row.category_id,
        region_id=row.region_id, district_id=row.district_id, contract_id=contract[0], contract_kind=contract[1],
        batch_id=batch_id, facility_id=row.facility_id, grams=grams, n=1, occurred_on=legal_date(occurred_at, at),
        supply_on=supply_on, sealed_on=almaty_date(at), recorded_at=at,
    )


def again(old: Fact, *, grams: int, at: datetime) -> tuple[Fact, Fact]:
    """The reversal of `old` and its next edition: both on the day of the correction, so that closed months stay."""
    same = {name: getattr(old, name) for name in (
        "measure", "consignment_id", "programme_id", "category_id", "region_id", "district_id", "contract_id",
        "contract_kind", "batch_id", "facility_id", "supply_on")}
    now = {"occurred_on": almaty_date(at), "sealed_on": almaty_date(at), "recorded_at": at}
    return (Fact(**same, **now, grams=-old.grams, n=-1, edition=old.edition, reversal_of=old),
            Fact(**same, **now, grams=grams, n=1, edition=old.edition + 1))


def legal_date(occurred_at: datetime, at: datetime) -> date:
    """The Almaty date of an event by the phone's clock; a clock that runs ahead cannot date it after its recording."""
    return almaty_date(min(occurred_at, at))


def seal(facts: Sequence[Fact], *, at: datetime) -> None:
    """Append the facts and leave word for whoever computes from them: the task's name is all this room knows of it."""
    insert(facts)
    for programme_id in dict.fromkeys(fact.programme_id for fact in facts):
        outbox.work(task="facts.sealed", object_id=programme_id, at=at)
