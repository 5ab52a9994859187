"""A generator asks, and changes their mind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from collection.accounts import queries as accounts
from collection.accounts.rights import STAFF_ROLES
from collection.audit import steps as audit
from collection.contracts.rules import is_payable
from collection.contracts.steps import release
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.db import rows
from collection.kernel.ids import uuid7
from collection.kernel.mass import ROAD_LIMIT_G
from collection.kernel.refusals import Defect, IdTaken, Kind, NotFound, Refusal, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words
from collection.pickups import steps as pickups
from collection.pickups.models import Declared, Pickup
from collection.pickups.states import GENERATOR_ACTIONS
from notifications import outbox

from .. import notices, queries, steps
from ..models import Job
from ..queries import Seen
from ..states import UNDERWAY, pickup_actions

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


@dataclass(frozen=True, slots=True)
class NewPickup:
    """What the phone sends. `id` may be made by the phone (UUIDv7); masses in grams; times aware.

    `mass_assumed`: nobody has said what it weighs, and `declared_g` is the sender's stand-in until it is weighed.
    """

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
    mass_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What is said before submission: whether it is payable there and served there, and why not."""

    payable: bool
    served: bool
    stages: list[str]
    reasons: list[str]
    region: str
    district: str | None
    precision: str
    duplicates: list[UUID]


@dataclass(frozen=True, slots=True)
class Submitted:
    """`pickup` as its generator sees it; `replayed` when the phone's id was known with the same content."""

    pickup: Seen
    checked: Checked
    replayed: bool = False


# The request and its declared tonnes, and in the same breath what the generator sees of it. A phone-made id that is
# known inserts nothing.
_SUBMIT = """
WITH p AS (
    INSERT INTO pickups_pickup (
        id, number, programme_id, generator_id, site_id, category_id, waste_code_id, declared_g, mass_assumed, origin,
        note, window_from, window_to, point, region_id, district_id, state, occurred_at, submitted_at, created_by, reason,
        handover_code, wave, version)
    VALUES (
        %(id)s, nextval('pickup_number'), %(programme)s, %(generator)s, %(site)s, %(category)s, %(waste_code)s,
        %(declared_g)s, %(mass_assumed)s, %(origin)s, %(note)s, %(window_from)s, %(window_to)s, %(point)s::geography,
        %(region)s, %(district)s, 'submitted', %(occurred_at)s, %(at)s, %(user)s, '', '', 0, 1)
    ON CONFLICT (id) DO NOTHING RETURNING *
), declared AS (
    INSERT INTO pickups_declared (pickup_id, programme_id, category_id, region_id, district_id, contract_kind,
                                  occurred_on, grams, tiyn, n, recorded_at)
    SELECT p.id, p.programme_id, p.category_id, p.region_id, p.district_id, '', %(today)s, p.declared_g, 0, 1, %(at)s
    FROM p
)
SELECT p.number, {seen} FROM p
"""


def check_pickup(*, actor: Actor, at: datetime, new: NewPickup) -> Checked:
    """Would this request be accepted, served and paid for? Refuses exactly what `submit_pickup` refuses; writes nothing.

    Also names requests that still wait at the same site for the same thing: a likely duplicate is pointed out.
    """
    return judge(stand_of(actor, at, new), new, duplicates=queries.likely_duplicates(
        site_id=new.site_id, category=new.category, window_from=new.window_from, window_to=new.window_to))


def submit_pickup(*, actor: Actor, at: datetime, new: NewPickup) -> Submitted:
    """Take the request in: the row, its declared tonnes, an audit line, a notice, and work for dispatch.

    The same phone-made id with the same content answers as the first time; with other content it is refused.
    Errors: NotFound (a site that is not the actor's), NotEnrolled, ForeignOrigin, IdTaken, Unprocessable with every
    `unknown_category`, `unknown_waste_code`, `code_not_in_category`, `over_road_limit`, `window_is_past`,
    `window_ends_before_it_starts`, `too_far_ahead`, `outside_programme_period`.
    """
    stand = stand_of(actor, at, new)
    checked = judge(stand, new)
    generator_id, occurred_at = stand["organisation_id"], new.occurred_at or at
    taken_in = rows(_SUBMIT.format(seen=queries.seen_pickup(actor)), {
        **queries.viewer(actor, pickup_actions(actor.role)),
        "id": new.id or uuid7(at), "programme": stand["programme_id"], "generator": generator_id, "site": new.site_id,
        "category": new.category, "waste_code": new.waste_code, "declared_g": new.declared_g,
        "mass_assumed": new.mass_assumed, "origin": new.origin, "note": new.note, "window_from": new.window_from,
        "window_to": new.window_to, "point": stand["point"], "region": stand["region_id"],
        "district": stand["district_id"], "occurred_at": occurred_at, "at": at, "today": almaty_date(at),
    }, keep_plan=True)
    if not taken_in:
        return Submitted(_same(actor, stand, new), checked, replayed=True)
    number = taken_in[0].pop("number")
    pickup = Seen(**taken_in[0])
    if new.photo_ids and not pickups.attach(new.photo_ids, pickup_id=pickup.id, organisation_id=generator_id):
        raise NotFound(defects=[Defect("/photo_ids", "not_found")])
    audit.record(
        actor=actor, at=at, verb="pickup.submit", object_type="pickup", object_id=pickup.id,
        after={"state": "submitted", "category": new.category, "declared_g": new.declared_g, "origin": new.origin,
               "region": stand["region_id"], "occurred_at": occurred_at, "generator": generator_id,
               "mass_assumed": new.mass_assumed},
    )
    if not actor.is_house:
        # Whoever asks for somebody else (an officer on the telephone) is not the one to be told.
        people = [actor.user_id] if actor.organisation_id == generator_id else accounts.recipients(
            [generator_id])[generator_id]
        outbox.put(notices.tell(
            [person for person in people if person], "pickup.submitted", notices.SUBMITTED, notices.SUBMITTED_BODY,
            object_type="pickup", object_id=pickup.id, number=number), at=at)
    outbox.work(task="dispatch.advance", object_id=pickup.id, at=at)
    return Submitted(pickup, checked)


def cancel_pickup(*, actor: Actor, at: datetime, pickup_id: UUID, reason: str, version: int | None = None) -> Seen:
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
        raise WrongState(state=was, allowed_actions=pickup_actions(actor.role)[was])
    told = {pickup.generator_id, *steps.withdraw_offers(pickup_id, at=at)}
    for job in Job.objects.filter(pickup_id=pickup_id, state__in=UNDERWAY):
        steps.end_job(job.id, state="withdrawn", reason="pickup_cancelled", at=at)
        steps.undo_acceptance(pickup_id, reason="pickup_cancelled")
        told |= {one for one in (job.organisation_id, job.recycler_id) if one}
    release([pickup_id], why="cancelled", at=at)
    audit.record(
        actor=actor, at=at, verb="pickup.cancel", object_type="pickup", object_id=pickup_id,
        before={"state": was}, after={"state": "cancelled", "reason": reason},
    )
    people = {member for members in accounts.recipients(sorted(told)).values() for member in members}
    outbox.put(notices.tell(
        sorted(people), "pickup.cancelled", notices.CANCELLED, notices.CANCELLED_BODY,
        object_type="pickup", object_id=pickup_id, number=pickup.number), at=at)
    outbox.settle(task="dispatch.advance", object_id=pickup_id)
    return queries.pickup(actor, pickup_id)


def stand_of(actor: Actor, at: datetime, new: NewPickup) -> dict[str, Any]:
    """The facts of the request, or every reason to refuse it at once."""
    day = almaty_date(new.window_from)
    stand = queries.standing(
        site_id=new.site_id, programme=new.programme, category=new.category, waste_code=new.waste_code, day=day)
    may_ask = stand is not None and (
        stand["organisation_id"] == actor.organisation_id or actor.is_house or actor.role in STAFF_ROLES)
    if stand is None or not may_ask:
        raise NotFound(defects=[Defect("/site_id", "not_found")])
    if not stand["enrolled"]:
        raise NotEnrolled(programme=new.programme)
    if new.origin == "foreign":
        raise ForeignOrigin(defects=[Defect("/origin", ForeignOrigin.code)])
    starts_on, ends_on = stand["starts_on"], stand["ends_on"]
    defects = [
        Defect(f"/{name}", code, params)
        for wrong, name, code, params in (
            (not stand["category_known"], "category", "unknown_category", {"value": new.category}),
            (not stand["code_known"], "waste_code", "unknown_waste_code", {"value": new.waste_code}),
            (stand["category_known"] and stand["code_known"] and not stand["code_allowed"],
             "waste_code", "code_not_in_category", {"category": new.category}),
            # One request is one lorry's load; more is asked for in several requests.
            (new.declared_g > ROAD_LIMIT_G, "declared_g", "over_road_limit", {"max": ROAD_LIMIT_G}),
            (new.window_to <= new.window_from, "window_to", "window_ends_before_it_starts", {}),
            (new.window_to <= at, "window_to", "window_is_past", {}),
            (new.window_from > at + FARTHEST_AHEAD, "window_from", "too_far_ahead", {"days": FARTHEST_AHEAD.days}),
            (day < starts_on or (ends_on is not None and day > ends_on), "window_from", "outside_programme_period",
             {"starts_on": starts_on, "ends_on": ends_on}),
        ) if wrong
    ]
    if defects:
        raise Unprocessable(defects=defects)
    return stand


def judge(stand: dict[str, Any], new: NewPickup, *, duplicates: list[UUID] | None = None) -> Checked:
    reasons = is_payable(
        origin=new.origin, day=almaty_date(new.window_from), starts_on=stand["starts_on"], ends_on=stand["ends_on"],
        rates=stand["rates"], index_tiyn=stand["index_tiyn"])
    return Checked(
        payable=not reasons, served=stand["served"], stages=sorted(stand["rates"]),
        reasons=[*reasons, *(() if stand["served"] else ("not_served",))], region=stand["region_id"],
        district=stand["district_id"], precision=stand["precision"], duplicates=duplicates or [])


def _same(actor: Actor, stand: dict[str, Any], new: NewPickup) -> Seen:
    """The request that has the phone's id already, if it is this very one."""
    earlier = Pickup.objects.filter(generator_id=stand["organisation_id"], pk=new.id).first()  # type: ignore[misc]
    content = {
        "programme_id": stand["programme_id"], "site_id": new.site_id, "category_id": new.category,
        "waste_code_id": new.waste_code, "mass_assumed": new.mass_assumed, "origin": new.origin, "note": new.note,
        "window_from": new.window_from, "window_to": new.window_to,
    }
    # what was declared, not what is asked for now: the request may have been parted since
    declared = Declared.objects.filter(pickup=earlier).order_by("id").values_list("grams", flat=True).first()
    if earlier is None or declared != new.declared_g or any(getattr(earlier, name) != value for name, value in content.items()):
        raise IdTaken(defects=[Defect("/id", IdTaken.code)])
    return queries.pickup(actor, earlier.id)
