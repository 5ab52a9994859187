"""An officer decides: the unserved queue, and whatever dispatch could not."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.models import Contract
from collection.contracts.steps import reserve
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date, month_of
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Kind, NotFound, Refusal, StaleVersion, WrongState
from collection.kernel.words import Words
from collection.pickups.models import Pickup
from notifications import outbox

from .. import notices, queries, steps
from ..matching import Candidate, Need, choose_recycler
from ..models import Job, Offer
from .acceptance import QuotaExhausted


class ContractNotEligible(Refusal):
    """The officer may overrule distance, never the rules of the contract. Field `verdicts` names what failed."""

    code = "contract_not_eligible"
    kind = Kind.UNPROCESSABLE
    words = Words("Шарт талаптарға сай емес", "Договор не подходит", "The contract is not eligible for this pickup")


def assign_pickup(*, actor: Actor, at: datetime, pickup_id: UUID, contract_id: UUID, version: int | None = None) -> Job:
    """Give the pickup to one contract without asking it: open offers are withdrawn, the job begins."""
    pickup = Pickup.objects.locked(pk=pickup_id).first()
    if pickup is None:
        raise NotFound
    if version is not None and pickup.version != version:
        raise StaleVersion(version=pickup.version)
    if pickup.state not in ("offered", "unserved"):
        raise WrongState(state=pickup.state, allowed_actions=[])
    contract = Contract.objects.filter(pk=contract_id, programme_id=pickup.programme_id).first()
    if contract is None:
        raise NotFound
    need = Need(pickup.category_id, pickup.region_id, pickup.declared_g, almaty_date(pickup.window_from))
    asked = {"programme_id": pickup.programme_id, "need": need, "point": pickup.point.ewkt}
    # pickup_id None: a contract that let its offer lapse may still be told to go.
    found = queries.candidates(pickup_id=None, generator_id=pickup.generator_id, limit=1000, **asked)
    mine = next((one for one in found if one.contract_id == contract_id), None)
    if mine is None:
        verdicts = next((row["verdicts"] for row in queries.considered(pickup_id=None, limit=1000, **asked)
                         if row["contract_id"] == str(contract_id)), {})
        raise ContractNotEligible(verdicts=verdicts)
    plant = choose_recycler(mine, queries.recyclers(**asked))
    if plant is None:
        raise ContractNotEligible(verdicts={"recycler": False})
    told = steps.withdraw_offers(pickup_id, at=at)
    job = _take(at, pickup, mine, plant)
    if not reserve(
        object_id=pickup_id, collector_contract_id=contract_id, recycler_contract_id=plant.contract_id,
        facility_id=plant.facility_id, category_id=pickup.category_id, mass_g=pickup.declared_g,
        month=month_of(need.day), at=at,
    ):
        raise QuotaExhausted
    audit.record(
        actor=actor, at=at, verb="pickup.assign", object_type="pickup", object_id=pickup_id,
        before={"state": pickup.state},
        after={"state": "accepted", "contract": str(contract_id), "job": str(job.id)},
    )
    members = accounts.recipients([*told, mine.organisation_id, pickup.generator_id])
    say = {"object_type": "pickup", "object_id": pickup_id, "number": pickup.number}
    outbox.put(
        notices.tell(members.get(pickup.generator_id, ()), "pickup.accepted",
                     notices.ACCEPTED, notices.ACCEPTED_BODY, **say)
        + notices.tell(members.get(mine.organisation_id, ()), "job.assigned",
                       notices.JOB_CHANGED, notices.JOB_CHANGED_BODY, **say)
        + [notice for other in told if other != mine.organisation_id
           for notice in notices.tell(members.get(other, ()), "offer.withdrawn",
                                      notices.WITHDRAWN, notices.WITHDRAWN_BODY, **say)],
        at=at,
    )
    outbox.settle(task="dispatch.advance", object_id=pickup_id)
    return job


def _take(at: datetime, pickup: Pickup, mine: Candidate, plant: Candidate) -> Job:
    """The same rows an acceptance leaves: an accepted offer, a job, and the pickup's new hands."""
    Offer.objects.create(
        id=uuid7(at), pickup=pickup, contract_id=mine.contract_id, organisation_id=mine.organisation_id,
        wave=pickup.wave + 1, rank=1, distance_m=mine.distance_m, recycler_contract_id=plant.contract_id,
        facility_id=plant.facility_id, state="accepted", offered_at=at, expires_at=at + timedelta(seconds=1),
        answered_at=at, reason="assigned",
    )
    hands = {"recycler_id": plant.organisation_id, "recycler_contract_id": plant.contract_id,
             "facility_id": plant.facility_id}
    Pickup.objects.filter(pk=pickup.id).update(
        state="accepted", reason="", wave=pickup.wave + 1, collector_id=mine.organisation_id,
        collector_contract_id=mine.contract_id, accepted_at=at, handover_code=f"{secrets.randbelow(10**6):06d}",
        version=F("version") + 1, **hands,
    )
    return Job.objects.create(
        id=uuid7(at), pickup_id=pickup.id, contract_id=mine.contract_id, organisation_id=mine.organisation_id,
        assigned_at=at, **hands,
    )
