"""Nobody came. The generator says so, names a new time, and others are asked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.steps import release
from collection.kernel.actor import Actor
from collection.kernel.refusals import Defect, NotFound, Refusal, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words
from collection.pickups import steps as pickups
from collection.pickups.models import Pickup
from notifications import outbox

from .. import notices, queries, steps
from ..models import Job
from ..queries import Seen
from ..states import MISSED, UNDERWAY, pickup_actions
from .requests import FARTHEST_AHEAD


class WindowNotOver(Refusal):
    """Somebody may still come: `ends_at` says until when."""

    code = "window_not_over"
    words = Words("Уақыты әлі біткен жоқ", "Время ещё не вышло", "The time is not over yet")


def report_missed(*, actor: Actor, at: datetime, pickup_id: UUID, window_from: datetime, window_to: datetime, note: str = "",
                  version: int | None = None) -> Seen:
    """An accepted request whose window is over and whose load nobody took: the job ends, counted like one given back, the
    collector, the plant and the managers are told, and the request is offered anew for the time that is named now.

    Errors: NotFound, StaleVersion; WrongState (not accepted, or loaded already); WindowNotOver; Unprocessable with
    `window_is_past`, `window_ends_before_it_starts`, `too_far_ahead`.
    """
    pickup = Pickup.objects.own_to(actor).locked(pk=pickup_id).first()
    if pickup is None:
        raise NotFound
    if version is not None and pickup.version != version:
        raise StaleVersion(version=pickup.version)
    job = Job.objects.filter(pickup_id=pickup_id, state__in=UNDERWAY).first()
    if pickup.state != "accepted" or job is None:
        raise WrongState(state=pickup.state, allowed_actions=pickup_actions(actor.role)[pickup.state])
    if pickup.window_to > at:
        raise WindowNotOver(ends_at=pickup.window_to.isoformat())
    wrong = [
        Defect(f"/{name}", code) for holds, name, code in (
            (window_to <= window_from, "window_to", "window_ends_before_it_starts"),
            (window_to <= at, "window_to", "window_is_past"),
            (window_from > at + FARTHEST_AHEAD, "window_from", "too_far_ahead")) if holds]
    if wrong:
        raise Unprocessable(defects=wrong)
    steps.end_job(job.id, state="withdrawn", reason=MISSED, at=at)
    steps.undo_acceptance(pickup_id, reason=MISSED)
    pickups.reopen(pickup_id)
    Pickup.objects.filter(pk=pickup_id).update(window_from=window_from, window_to=window_to)
    release([pickup_id], why="withdrawn", at=at)
    audit.record(
        actor=actor, at=at, verb="pickup.missed", object_type="pickup", object_id=pickup_id,
        before={"state": "accepted", "collector": job.organisation_id, "window_from": pickup.window_from,
                "window_to": pickup.window_to},
        after={"state": "submitted", "job": job.id, "note": note, "window_from": window_from, "window_to": window_to})
    told = {person for people in accounts.recipients(sorted(
        one for one in (job.organisation_id, job.recycler_id) if one)).values() for person in people}
    outbox.put(notices.tell(
        sorted(told | set(accounts.staff("manager"))), "pickup.missed", notices.MISSED, notices.MISSED_BODY,
        object_type="pickup", object_id=pickup_id, number=pickup.number), at=at)
    outbox.work(task="dispatch.advance", object_id=pickup_id, at=at)
    return queries.pickup(actor, pickup_id)
