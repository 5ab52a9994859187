"""A generator asks, and changes their mind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.states import EXCLUDED_ORIGINS
from collection.contracts.steps import release
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words
from collection.pickups import steps as pickups
from collection.pickups.models import Declared, Pickup, Upload
from collection.pickups.states import GENERATOR_ACTIONS
from notifications import outbox

from .. import notices, steps
from ..models import Job
from ..queries import standing

#: A request may ask for a window that starts at most so far ahead.
FARTHEST_AHEAD = timedelta(days=365)


class NotEnrolled(Refusal):
    code = "not_enrolled"
    kind = Kind.UNPROCESSABLE
    words = Words("Бағдарламаға тіркелмеген", "Не участвует в программе", "Not enrolled in this programme")


class ForeignOrigin(Refusal):
    """Waste from abroad is refused, not merely unpaid (product.md, "Money rules")."""

    code = "foreign_origin"
    kind = Kind.UNPROCESSABLE
    words = Words("Шетелдік қалдық қабылданбайды", "Отходы из-за рубежа не принимаются", "Foreign waste is refused")


class IdTaken(Refusal):
    """The phone's own id already belongs to something else."""

    code = "id_taken"
    words = Words("Бұл идентификатор бос емес", "Этот идентификатор занят", "This id is already in use")


@dataclass(frozen=True, slots=True)
class NewPickup:
    """What the phone sends. `id` may be made by the phone (UUIDv7); masses in grams; times aware."""

    programme: str
    site_id: UUID
    category: str
    declared_g: int
    origin: str
    window_from: datetime
    window_to: datetime
    waste_code: str | None = None
    note: str = ""
    occurred_at: datetime | None = None
    id: UUID | None = None
    photo_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What is said before submission: whether it is payable there and served there, and why not."""

    payable: bool
    served: bool
    stages: list[str]
    reasons: list[str]
    region_id: str
    district_id: str | None


@dataclass(frozen=True, slots=True)
class Submitted:
    pickup: Pickup
    checked: Checked


def check_pickup(*, actor: Actor, at: datetime, new: NewPickup) -> Checked:
    """Would this request be accepted, served and paid for? Refuses exactly what `submit_pickup` refuses; writes nothing."""
    return _judge(_stand(actor, at, new), new)


def submit_pickup(*, actor: Actor, at: datetime, new: NewPickup) -> Submitted:
    """Take the request in: the row, its declared tonnes, an audit line, a notice, and work for dispatch.

    The same phone-made id with the same content answers as the first time; with other content it is refused.
    """
    stand = _stand(actor, at, new)
    checked = _judge(stand, new)
    pickup = Pickup(
        id=new.id or uuid7(at), programme_id=stand["programme_id"], generator_id=stand["organisation_id"],
        site_id=new.site_id, category_id=new.category, waste_code_id=new.waste_code, declared_g=new.declared_g,
        origin=new.origin, note=new.note, window_from=new.window_from, window_to=new.window_to, point=stand["point"],
        region_id=stand["region_id"], district_id=stand["district_id"], state="submitted",
        occurred_at=new.occurred_at or at, submitted_at=at, created_by=actor.user_id,
    )
    if new.id and (earlier := Pickup.objects.filter(pk=new.id).first()):
        return Submitted(_same(earlier, pickup), checked)
    pickup.save(force_insert=True)
    if new.photo_ids:
        _attach(pickup.id, stand["organisation_id"], new.photo_ids)
    Declared.objects.create(
        pickup=pickup, programme_id=pickup.programme_id, category_id=pickup.category_id, region_id=pickup.region_id,
        district_id=pickup.district_id, occurred_on=almaty_date(at), grams=pickup.declared_g, n=1, recorded_at=at,
    )
    audit.record(
        actor=actor, at=at, verb="pickup.submit", object_type="pickup", object_id=pickup.id,
        after={"state": "submitted", "category": new.category, "declared_g": new.declared_g, "origin": new.origin,
               "region": pickup.region_id, "occurred_at": pickup.occurred_at},
    )
    if actor.user_id:
        outbox.put(notices.tell(
            [actor.user_id], "pickup.submitted", notices.SUBMITTED, notices.SUBMITTED_BODY,
            object_type="pickup", object_id=pickup.id, number=pickup.number), at=at)
    outbox.work(task="dispatch.advance", object_id=pickup.id, at=at)
    return Submitted(pickup, checked)


def cancel_pickup(*, actor: Actor, at: datetime, pickup_id: UUID, reason: str, version: int | None = None) -> Pickup:
    """The generator's wish to stop, possible until the load is taken. Offers are withdrawn and reservations given back.

    Errors: NotFound; StaleVersion; WrongState (409) once it is fulfilled or over.
    """
    # Locked first: cancelling races with accepting and with the next wave, and all three start from this row.
    pickup = Pickup.objects.own_to(actor).locked(pk=pickup_id).first()
    if pickup is None:
        raise NotFound
    if version is not None and pickup.version != version:
        raise StaleVersion(version=pickup.version)
    was = pickup.state
    allowed = [state for state, actions in GENERATOR_ACTIONS.items() if "cancel" in actions]
    if not pickups.end(pickup_id, state="cancelled", reason=reason, at=at, allowed_from=allowed):
        raise WrongState(state=was, allowed_actions=list(GENERATOR_ACTIONS.get(was, ())))
    told = set(steps.withdraw_offers(pickup_id, at=at))
    for job in Job.objects.filter(pickup_id=pickup_id, state__in=steps.UNDERWAY):
        steps.end_job(job.id, state="withdrawn", reason="pickup_cancelled", at=at)
        told.add(job.organisation_id)
    release([pickup_id], why="cancelled", at=at)
    audit.record(
        actor=actor, at=at, verb="pickup.cancel", object_type="pickup", object_id=pickup_id,
        before={"state": was}, after={"state": "cancelled", "reason": reason},
    )
    people = [pickup.created_by] if pickup.created_by else []
    people += [member for members in accounts.recipients(sorted(told)).values() for member in members]
    outbox.put(notices.tell(
        people, "pickup.cancelled", notices.CANCELLED, notices.CANCELLED_BODY,
        object_type="pickup", object_id=pickup_id, number=pickup.number), at=at)
    outbox.settle(task="dispatch.advance", object_id=pickup_id)
    return Pickup.objects.get(pk=pickup_id)


def _stand(actor: Actor, at: datetime, new: NewPickup) -> dict[str, Any]:
    """The facts of the request, or every reason to refuse it at once."""
    stand = standing(
        site_id=new.site_id, programme=new.programme, category=new.category, waste_code=new.waste_code,
        day=almaty_date(new.window_from),
    )
    own = stand and (actor.is_house or stand["organisation_id"] == actor.organisation_id)
    if stand is None or not own:
        raise NotFound(defects=[Defect("/site_id", "not_found")])
    if not stand["enrolled"]:
        raise NotEnrolled(programme=new.programme)
    if new.origin == "foreign":
        raise ForeignOrigin
    defects = []
    if not stand["category_known"]:
        defects.append(Defect("/category", "unknown_category", {"value": new.category}))
    elif not stand["code_allowed"]:
        defects.append(Defect("/waste_code", "code_not_in_category", {"category": new.category}))
    if new.window_to <= new.window_from:
        defects.append(Defect("/window_to", "window_ends_before_it_starts"))
    if new.window_to <= at:
        defects.append(Defect("/window_to", "window_is_past"))
    if new.window_from > at + FARTHEST_AHEAD:
        defects.append(Defect("/window_from", "too_far_ahead", {"days": FARTHEST_AHEAD.days}))
    day = almaty_date(new.window_from)
    if day < stand["starts_on"] or (stand["ends_on"] and day > stand["ends_on"]):
        defects.append(Defect("/window_from", "outside_programme_period"))
    if defects:
        raise Unprocessable(defects=defects)
    return stand


def _judge(stand: dict[str, Any], new: NewPickup) -> Checked:
    reasons = []
    if not stand["stages"]:
        reasons.append("no_tariff")
    if new.origin in EXCLUDED_ORIGINS:
        reasons.append("origin_excluded")
    if not stand["served"]:
        reasons.append("not_served")
    payable = bool(stand["stages"]) and new.origin not in EXCLUDED_ORIGINS
    return Checked(payable, stand["served"], stand["stages"], reasons, stand["region_id"], stand["district_id"])


_CONTENT = ("programme_id", "generator_id", "site_id", "category_id", "waste_code_id", "declared_g", "origin", "note",
            "window_from", "window_to")


def _same(earlier: Pickup, again: Pickup) -> Pickup:
    if any(getattr(earlier, name) != getattr(again, name) for name in _CONTENT):
        raise IdTaken
    return earlier


def _attach(pickup_id: UUID, organisation_id: UUID, photo_ids: tuple[UUID, ...]) -> None:
    """Photos may still be on their way; they only have to be announced by the same organisation and be free."""
    taken = Upload.objects.filter(pk__in=photo_ids, organisation_id=organisation_id, pickup=None).update(
        pickup_id=pickup_id)
    if taken != len(set(photo_ids)):
        raise NotFound(defects=[Defect("/photo_ids", "not_found")])
