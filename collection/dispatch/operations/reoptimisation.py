"""Planning again what may still be planned: who is asked for waiting loads, and where unstarted ones go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts import queries as contracts
from collection.contracts.models import Programme
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.pickups.models import Pickup
from notifications import outbox

from .. import notices, queries, rerouting, steps
from ..queries import Planned
from ..rerouting import Change
from .waves import ANSWERING

VERBS = {"job": "job.reroute", "offer": "offer.reroute", "new_offer": "pickup.offer"}


@dataclass(frozen=True, slots=True)
class Reoptimised:
    """What one run found and did. Costs are kilogram-kilometres, with the penalty for loads that nobody takes; no plan of
    the same loads costs less than the bound."""

    programme: str
    dry_run: bool
    loads: int
    jobs_rerouted: int
    offers_rerouted: int
    offers_added: int
    overtaken: int  # changes that fell away: somebody had answered, or the room was gone
    cost_before: int
    cost_after: int
    bound: int
    penalty_m: int


def reoptimise(*, actor: Actor, at: datetime, programme: str, dry_run: bool = False) -> Reoptimised:
    """Plan the programme's waiting loads and unstarted jobs anew, and carry out what is better. Raises NotFound.

    A job's collector, what an officer gave out and a journey that has begun stay as they are. The plan is made without locks
    and checked under them, change by change, so an answer given meanwhile wins. A second run changes nothing. What quotas are
    worth to loads to come is told to the ranking of offers until the next run.
    """
    detail = contracts.programme_by_code(programme)
    planned = queries.planned(detail.id)
    if not dry_run:
        rerouting.set_prices(detail.id, planned.prices, at=at)
    done = list(planned.changes) if dry_run else _carry_out(actor, at, planned, timedelta(seconds=detail.offer_life_s))
    kinds = [change.kind for change in done]
    return Reoptimised(
        programme, dry_run, planned.loads, kinds.count("job"), kinds.count("offer"), kinds.count("new_offer"),
        len(planned.changes) - len(done), round(planned.cost_before_tkm * 1000), round(planned.cost_after_tkm * 1000),
        round(planned.bound_tkm * 1000), planned.penalty_m)


def programmes_at_work() -> list[str]:
    """Codes of the programmes with something to plan: the hourly run's list."""
    return list(Programme.objects.filter(
        pk__in=Pickup.objects.filter(state__in=("offered", "unserved", "accepted")).values("programme"),
    ).order_by("code").values_list("code", flat=True))


def _carry_out(actor: Actor, at: datetime, planned: Planned, life: timedelta) -> list[Change]:
    """Under the locks of all pickups concerned, taken in the order of their ids; rooms are locked after them.

    Accepting takes one pickup and then its rooms, so the two never wait for each other in a ring: either the acceptance
    came first and is seen by the conditions of every step, or it waits and meets what was changed.
    """
    list(Pickup.objects.locked(pk__in=[change.pickup_id for change in planned.changes]))
    moved = rerouting.reroute_jobs([one for one in planned.changes if one.kind == "job"], at=at)
    moved += rerouting.reroute_offers([one for one in planned.changes if one.kind == "offer"])
    offers = {}
    for change in (one for one in planned.changes if one.kind == "new_offer"):
        offer_id = uuid7(at)
        if rerouting.offer_more(change, offer_id=offer_id, at=at, expires_at=at + life):
            offers[change.pickup_id] = offer_id
            moved.append(change)
            outbox.work(task="dispatch.advance", object_id=change.pickup_id, at=at, not_before=at + life)
    steps.plan_again([one.job_id for one in moved if one.kind == "job" and one.job_id], at=at)
    audit.record_many(actor=actor, at=at, lines=[_line(change) for change in moved])
    _tell(at, moved, offers, expires_at=at + life)
    return moved


def _line(change: Change) -> audit.Line:
    """One line a change: from where to where, and what it costs before and after in metres and kilogram-kilometres."""
    before: dict[str, Any] = {"recycler_contract": change.before_contract_id and str(change.before_contract_id)}
    if change.way_before_m is not None:
        before |= {"way_m": change.way_before_m, "cost": change.cost(change.way_before_m)}
    after = {"recycler_contract": str(change.recycler_contract_id), "contract": str(change.contract_id),
             "way_m": change.way_m, "cost": change.cost(change.way_m), "why": "reoptimised"}
    kind, object_id = {"job": ("job", change.job_id), "offer": ("offer", change.offer_id),
                       "new_offer": ("pickup", change.pickup_id)}[change.kind]
    assert object_id
    return audit.Line(VERBS[change.kind], kind, object_id, before, after)


def _tell(at: datetime, moved: list[Change], offers: dict[UUID, UUID], *, expires_at: datetime) -> None:
    """The collectors concerned, and the plants that win or lose a load."""
    collectors = accounts.recipients(sorted({one.organisation_id for one in moved}), ANSWERING)
    jobs = [one for one in moved if one.kind == "job"]
    losers = rerouting.recyclers_of([one.before_contract_id for one in jobs if one.before_contract_id])
    plants = accounts.recipients(sorted({one.recycler_id for one in jobs} | set(losers.values())))
    told: list[outbox.Notice] = []
    for one in moved:
        people = collectors.get(one.organisation_id, ())
        pickup: dict[str, Any] = {"object_type": "pickup", "object_id": one.pickup_id, "number": one.number}
        if one.kind == "new_offer":
            told += notices.tell(
                people, "offer.new", notices.OFFERED, notices.OFFERED_BODY, object_type="offer",
                object_id=offers[one.pickup_id], expires_at=expires_at, number=one.number,
                distance=round(one.distance_m / 1000))
            continue
        told += notices.tell(people, f"{one.kind}.rerouted", notices.REROUTED, notices.REROUTED_BODY, **pickup)
        if one.kind == "job" and one.before_contract_id:
            told += notices.tell(plants.get(one.recycler_id, ()), "pickup.inbound", notices.INBOUND, notices.INBOUND_BODY,
                                 **pickup)
            told += notices.tell(plants.get(losers[one.before_contract_id], ()), "pickup.diverted", notices.DIVERTED,
                                 notices.DIVERTED_BODY, **pickup)
    outbox.put(told, at=at)

