"""How people are told things: what each chooses, the programme's quiet hours, and its notices to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import Defect, NotFound, Unprocessable
from collection.kernel.words import Words
from notifications import announcements, contacts
from notifications.contacts import Way

#: Nobody reads a notice that has stood for longer.
LONGEST_ANNOUNCEMENT = timedelta(days=92)
#: The object of the programme's own settings.
PROGRAMME = UUID(int=0)


def choose_notices(*, actor: Actor, at: datetime, language: str, email: str, zone: str, quiet_from: time | None,
                   quiet_until: time | None, ways: Sequence[Way]) -> contacts.Contact:
    """How the caller wants to be told, all of it anew. Raises Unprocessable: half of the hours, an event twice."""
    assert actor.user_id is not None
    if (quiet_from is None) is not (quiet_until is None):
        raise Unprocessable(defects=[Defect("/quiet_until" if quiet_until is None else "/quiet_from", "required")])
    events = [way.event for way in ways]
    twice = [Defect(f"/ways/{n}/event", "repeated") for n, event in enumerate(events) if event in events[:n]]
    if twice:
        raise Unprocessable(defects=twice)
    user = rows("UPDATE accounts_user SET language = %s WHERE id = %s RETURNING phone", [language, actor.user_id])[0]
    contacts.choose(recipient_id=actor.user_id, phone=user["phone"], language=language, email=email, zone=zone,
                    quiet_from=quiet_from, quiet_until=quiet_until, ways=ways)
    audit.record(actor=actor, at=at, verb="notices.choose", object_type="user", object_id=actor.user_id,
                 after={"language": language, "zone": zone, "has_email": bool(email), "quiet_from": quiet_from,
                        "quiet_until": quiet_until, "events": events})
    found = contacts.of(actor.user_id)
    assert found is not None  # just written
    return found


def set_quiet_hours(*, actor: Actor, at: datetime, quiet_from: time, quiet_until: time) -> None:
    """The programme's, for whoever has not chosen; both alike: none."""
    before = contacts.house_hours()
    contacts.set_house_hours(quiet_from, quiet_until)
    audit.record(actor=actor, at=at, verb="quiet_hours.set", object_type="programme_settings", object_id=PROGRAMME,
                 before={"hours": before and [str(one) for one in before]},
                 after={"hours": [str(quiet_from), str(quiet_until)]})


def post_announcement(*, actor: Actor, at: datetime, roles: Sequence[str], title: Words, body: Words, starts_at: datetime,
                      ends_at: datetime) -> UUID:
    """A notice to everybody, or to these roles, between two moments; its id. Raises Unprocessable."""
    if not max(at, starts_at) < ends_at <= starts_at + LONGEST_ANNOUNCEMENT:
        raise Unprocessable(defects=[Defect("/ends_at", "out_of_range", {"longest_days": LONGEST_ANNOUNCEMENT.days})])
    announcement_id = announcements.post(roles=sorted(set(roles)), title=title, body=body, starts_at=starts_at, ends_at=ends_at,
                                         at=at)
    audit.record(actor=actor, at=at, verb="announcement.post", object_type="announcement", object_id=announcement_id,
                 after={"roles": sorted(set(roles)), "title": title.ru, "starts_at": starts_at, "ends_at": ends_at})
    return announcement_id


def end_announcement(*, actor: Actor, at: datetime, announcement_id: UUID) -> None:
    """It is over, or never begins. Raises NotFound when there is none that still holds."""
    if not announcements.end(announcement_id, at=at):
        raise NotFound
    audit.record(actor=actor, at=at, verb="announcement.end", object_type="announcement", object_id=announcement_id,
                 after={"ends_at": at})
