"""An officer decides: the unserved queue, and whatever dispatch could not."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.models import Programme
from collection.contracts.steps import release
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date, month_of
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words
from collection.pickups.models import Pickup
from notifications import outbox

from .. import notices, queries, steps
from ..matching import Pair
from ..models import Job, Offer
from ..queries import Seen
from ..states import ASSIGNABLE, UNDERWAY, job_actions, pickup_actions
from .acceptance import QuotaExhausted
from .waves import load_of


class ContractNotEligible(Refusal):
    """The officer may overrule distance, never the rules of the contract. Field `verdicts` names what failed."""

    code = "contract_not_eligible"
    kind = Kind.UNPROCESSABLE
    words = Words("Шарт талаптарға сай емес", "Договор не подходит", "The contract is not eligible for this pickup")


def assign_pickup(*, actor: Actor, at: datetime, pickup_id: UUID, contract_id: UUID, version: int | None = None) -> Seen:
    """Give the pickup to one contract without asking it: open offers are withdrawn, the job begins.

    A collector who has it already, but has not collected, loses it. Errors: NotFound, StaleVersion, WrongState (409),
    ContractNotEligible (422), QuotaExhausted (409: somebody was faster).
    """
    pickup = Pickup.objects.locked(pk=pickup_id).first()
    if pickup is None:
        raise NotFound
    if version is not None and pickup.version != version:
        raise StaleVersion(version=pickup.version)
    if pickup.state not in ASSIGNABLE:
        raise WrongState(state=pickup.state, allowed_actions=pickup_actions(actor.role)[pickup.state])
    job_id, pair = _hand_over(at, pickup, contract_id)
    audit.record(
        actor=actor, at=at, verb="pickup.assign", object_type="pickup", object_id=pickup_id,
        before={"state": pickup.state, "contract": str(pickup.collector_contract_id)}, after=_after(job_id, pair))
    return queries.pickup(actor, pickup_id)


def reassign_job(*, actor: Actor, at: datetime, job_id: UUID, contract_id: UUID, version: int | None = None) -> Seen:
    """Take a job that is not collected yet from its collector and give the load to another contract; the new job.

    The optimiser leaves it alone from then on. Errors as `assign_pickup`; Unprocessable for the contract that has it.
    """
    pickup = Pickup.objects.locked(pk__in=Job.objects.filter(pk=job_id).values("pickup")).first()
    if pickup is None:
        raise NotFound
    job = Job.objects.get(pk=job_id)
    if version is not None and job.version != version:
        raise StaleVersion(version=job.version)
    if job.state not in UNDERWAY:
        raise WrongState(state=job.state, allowed_actions=job_actions(actor.role)[job.state])
    if job.contract_id == contract_id:
        raise Unprocessable(defects=[Defect("/contract_id", "has_it_already")])
    new_id, pair = _hand_over(at, pickup, contract_id)
    audit.record(
        actor=actor, at=at, verb="job.reassign", object_type="job", object_id=job_id,
        before={"state": job.state, "contract": str(job.contract_id)}, after=_after(new_id, pair))
    return queries.job(actor, new_id)


def _hand_over(at: datetime, pickup: Pickup, contract_id: UUID) -> tuple[UUID, Pair]:
    """From whoever has it or was asked to this contract: the new job, and the plant it goes to. Everybody is told."""
    told = {*steps.withdraw_offers(pickup.id, at=at), *_take_back(at, pickup)}
    pair = _eligible(pickup, contract_id)
    job_id = _give(at, pickup, pair)
    if not steps.reserve(
        pickup_id=pickup.id, contract_ids=[pair.collector.contract_id, pair.plant.contract_id],
        facility_id=pair.plant.facility_id, category=pickup.category_id, mass_g=pickup.declared_g,
        month=month_of(almaty_date(pickup.window_from)), at=at,
    ):
        raise QuotaExhausted
    _tell(at, pickup, pair, told - {pair.collector.organisation_id})
    outbox.settle(task="dispatch.advance", object_id=pickup.id)
    return job_id, pair


def _after(job_id: UUID, pair: Pair) -> dict[str, str]:
    return {"state": "accepted", "contract": str(pair.collector.contract_id), "job": str(job_id),
            "recycler_contract": str(pair.plant.contract_id)}


def _take_back(at: datetime, pickup: Pickup) -> list[UUID]:
    """End the job of whoever has the pickup; returns the organisations that lose it."""
    if pickup.state != "accepted":
        return []
    job = Job.objects.get(pickup_id=pickup.id, ended_at=None,
                          contract_id=pickup.collector_contract_id)  # type: ignore[misc]
    steps.end_job(job.id, state="withdrawn", reason="reassigned", at=at)
    steps.undo_acceptance(pickup.id, reason="reassigned")
    release([pickup.id], why="withdrawn", at=at)
    return [one for one in (job.organisation_id, job.recycler_id) if one]


def _eligible(pickup: Pickup, contract_id: UUID) -> Pair:
    """The contract and the plant that goes with it; NotFound, or ContractNotEligible with the rules it breaks."""
    found = queries.weigh_one(load_of(pickup), Programme.objects.get(pk=pickup.programme_id), contract_id)
    if found is None:
        raise NotFound(defects=[Defect("/contract_id", "not_found")])
    if found.pair is None:
        raise ContractNotEligible(verdicts=found.verdicts if not all(found.verdicts.values()) else {"recycler": False})
    return found.pair


def _give(at: datetime, pickup: Pickup, pair: Pair) -> UUID:
    """The same rows an acceptance leaves: an accepted offer, a job (that the optimiser leaves alone), the new hands."""
    mine, plant = pair.collector, pair.plant
    Offer.objects.create(
        id=uuid7(at), pickup=pickup, contract_id=mine.contract_id, organisation_id=mine.organisation_id,
        wave=pickup.wave + 1, rank=1, distance_m=mine.distance_m, trips=pair.trips, recycler_contract_id=plant.contract_id,
        facility_id=plant.facility_id, state="accepted", offered_at=at, expires_at=at + timedelta(seconds=1),
        answered_at=at, reason="assigned",
    )
    hands = {"recycler_id": plant.organisation_id, "recycler_contract_id": plant.contract_id,
             "facility_id": plant.facility_id}
    Pickup.objects.filter(pk=pickup.id).update(
        state="accepted", reason="", wave=pickup.wave + 1, collector_id=mine.organisation_id,
        collector_contract_id=mine.contract_id, accepted_at=at, handover_code=f"{secrets.randbelow(10**6):06d}",
        driver_id=None, vehicle_id=None, version=F("version") + 1, **hands,
    )
    return Job.objects.create(
        id=uuid7(at), pickup_id=pickup.id, contract_id=mine.contract_id, organisation_id=mine.organisation_id,
        assigned_at=at, frozen=True, trips=pair.trips, **hands,
    ).id


def _tell(at: datetime, pickup: Pickup, pair: Pair, losers: set[UUID]) -> None:
    mine, plant = pair.collector, pair.plant
    members = accounts.recipients([*losers, mine.organisation_id, plant.organisation_id, pickup.generator_id])
    say = {"object_type": "pickup", "object_id": pickup.id, "number": pickup.number}
    outbox.put(
        notices.tell(members[pickup.generator_id], "pickup.accepted", notices.ACCEPTED, notices.ACCEPTED_BODY, **say)
        + notices.tell(members[mine.organisation_id], "pickup.assigned", notices.ASSIGNED, notices.ASSIGNED_BODY, **say)
        + notices.tell(members[plant.organisation_id], "pickup.inbound", notices.INBOUND, notices.INBOUND_BODY, **say)
        + [notice for loser in sorted(losers)
           for notice in notices.tell(members[loser], "offer.withdrawn", notices.WITHDRAWN, notices.WITHDRAWN_BODY,
                                      **say)],
        at=at,
    )
