"""Offers go out in waves: three at once, and the next three when nobody is left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.models import Programme
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.db import rows
from collection.kernel.ids import uuid7
from collection.pickups import steps as pickups
from collection.pickups.models import Pickup
from collection.pickups.states import WAITING_STATES
from notifications import outbox

from .. import notices, queries, steps
from ..matching import Pair
from ..models import Explanation, Offer
from .alarm import alarm
from .parting import part

#: An unserved pickup is looked at again after this long: quotas free up, contracts are signed.
LOOK_AGAIN = timedelta(hours=1)
#: Whose members may answer an offer, and so are told of it.
ANSWERING = ("collector_admin", "driver")


def advance(*, actor: Actor, at: datetime, pickup_id: UUID) -> str:
    """Move the pickup to its next wave if it is time; returns the state it is in now.

    Safe to call at any moment and twice: offers still alive by the database clock are left alone. A request whose
    window closes before anybody took it expires.
    """
    pickup = Pickup.objects.locked(pk=pickup_id).first()
    outbox.settle(task="dispatch.advance", object_id=pickup_id)
    if pickup is None or pickup.state not in WAITING_STATES:
        return pickup.state if pickup else "unknown"
    steps.expire_offers(pickup_id)
    alive = Offer.objects.filter(pickup_id=pickup_id, state="open").order_by("expires_at").first()
    if alive:
        outbox.work(task="dispatch.advance", object_id=pickup_id, at=at, not_before=alive.expires_at)
        return pickup.state
    if pickup.window_to <= at:
        return _expire(actor, at, pickup)
    programme = Programme.objects.get(pk=pickup.programme_id)
    weighed = queries.weigh(load_of(pickup), programme)
    # Parted only when looked at before: until then a plan made anew or an officer may find room for all of it.
    last_look = pickup.state == "unserved" or pickup.window_to <= at + LOOK_AGAIN
    if last_look and not weighed.pairs and part(actor, at, pickup, weighed.load, programme):
        return pickup.state
    # Told before the offers exist, so that "not asked before" speaks of earlier waves.
    _explain(at, pickup, queries.explain(weighed))
    if not weighed.pairs:
        return _unserved(actor, at, pickup, programme, "no_recycler" if weighed.matches.collectors else "no_collector")
    return _offer(actor, at, pickup, programme, weighed.wave(programme))


def load_of(pickup: Pickup) -> queries.Load:
    """What the pickup's next wave is for."""
    return queries.Load(
        pickup.programme_id, pickup.category_id, pickup.region_id, pickup.declared_g, almaty_date(pickup.window_from),
        (pickup.point.x, pickup.point.y), pickup.generator_id, pickup.id, pickup.wave + 1)


def due_pickups(*, limit: int = 100) -> list[UUID]:
    """Pickups whose wave or window is over, or that nobody has looked at: the sweep's list, should a doorbell be lost."""
    return [
        row["pickup_id"]
        for row in rows(
            """
            (SELECT DISTINCT pickup_id FROM dispatch_offer WHERE state = 'open' AND expires_at <= house_clock() LIMIT %(limit)s)
            UNION
            (SELECT id FROM pickups_pickup WHERE programme_id = ANY (ARRAY(SELECT id FROM contracts_programme))
                AND (state = 'submitted' AND submitted_at < house_clock() - interval '1 minute'
                     OR state = 'unserved' AND window_to <= house_clock()) LIMIT %(limit)s)
            """,
            {"limit": limit},
        )
    ]


def _explain(at: datetime, pickup: Pickup, considered: dict[str, Any]) -> None:
    """One explanation a wave: looking again at an unserved pickup replaces the last."""
    told = {"at": at, "considered": considered}
    if pickup.state != "unserved" or not Explanation.objects.filter(pickup=pickup, wave=pickup.wave + 1).update(**told):
        Explanation.objects.create(pickup=pickup, wave=pickup.wave + 1, **told)


def _offer(actor: Actor, at: datetime, pickup: Pickup, programme: Programme,
           wave: list[Pair]) -> str:
    expires_at = at + timedelta(seconds=programme.offer_life_s)
    number = pickup.wave + 1
    offers = [
        Offer(
            id=uuid7(at), pickup_id=pickup.id, contract_id=pair.collector.contract_id,
            organisation_id=pair.collector.organisation_id, wave=number, rank=rank, distance_m=pair.collector.distance_m,
            trips=pair.trips, recycler_contract_id=pair.plant.contract_id, facility_id=pair.plant.facility_id,
            offered_at=at, expires_at=expires_at,
        )
        for rank, pair in enumerate(wave, start=1)
    ]
    Offer.objects.bulk_create(offers)
    Pickup.objects.filter(pk=pickup.id).update(state="offered", reason="", wave=number, version=F("version") + 1)
    audit.record(
        actor=actor, at=at, verb="pickup.offer", object_type="pickup", object_id=pickup.id,
        before={"state": pickup.state},
        after={"state": "offered", "wave": number, "contracts": [str(offer.contract_id) for offer in offers]},
    )
    members = accounts.recipients([offer.organisation_id for offer in offers], ANSWERING)
    outbox.put(
        [
            notice
            for offer in offers
            for notice in notices.tell(
                members.get(offer.organisation_id, ()), "offer.new", notices.OFFERED, notices.OFFERED_BODY,
                object_type="offer", object_id=offer.id, expires_at=expires_at,
                number=pickup.number, distance=round(offer.distance_m / 1000))
        ],
        at=at,
    )
    outbox.work(task="dispatch.advance", object_id=pickup.id, at=at, not_before=expires_at)
    return "offered"


def _unserved(actor: Actor, at: datetime, pickup: Pickup, programme: Programme, reason: str) -> str:
    outbox.work(task="dispatch.advance", object_id=pickup.id, at=at, not_before=at + LOOK_AGAIN)
    if pickup.state == "unserved":
        alarm(at, pickup, programme)  # of a new day, perhaps
        return "unserved"
    Pickup.objects.filter(pk=pickup.id).update(state="unserved", reason=reason, version=F("version") + 1)
    audit.record(
        actor=actor, at=at, verb="pickup.unserved", object_type="pickup", object_id=pickup.id,
        before={"state": pickup.state}, after={"state": "unserved", "reason": reason},
    )
    outbox.put(notices.tell(
        accounts.staff("manager"), "pickup.unserved", notices.UNSERVED, notices.UNSERVED_BODY,
        object_type="pickup", object_id=pickup.id, number=pickup.number), at=at)
    alarm(at, pickup, programme)
    return "unserved"


def _expire(actor: Actor, at: datetime, pickup: Pickup) -> str:
    pickups.end(pickup.id, state="expired", reason="window_over", at=at, allowed_from=WAITING_STATES)
    audit.record(
        actor=actor, at=at, verb="pickup.expire", object_type="pickup", object_id=pickup.id,
        before={"state": pickup.state}, after={"state": "expired"},
    )
    outbox.put(notices.tell(
        accounts.recipients([pickup.generator_id])[pickup.generator_id], "pickup.expired", notices.EXPIRED,
        notices.EXPIRED_BODY, object_type="pickup", object_id=pickup.id, number=pickup.number), at=at)
    return "expired"
