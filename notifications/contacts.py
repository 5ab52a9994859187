"""How somebody wants to be told, and when not: written down by `accounts`, read by the statement that puts notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from collection.kernel.db import execute, rows

#: The clocks of Kazakhstan's regions. One time since 1 March 2024; the law may part them again, and then tzdata knows.
ZONES = ("Asia/Almaty", "Asia/Aqtau", "Asia/Aqtobe", "Asia/Atyrau", "Asia/Oral", "Asia/Qostanay", "Asia/Qyzylorda")


@dataclass(frozen=True, slots=True)
class Way:
    """Which ways one event goes to a person."""

    event: str
    push: bool
    sms: bool
    email: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """Hours are those of the clock on the person's wall (`zone`); None: the programme's; both alike: none.

    `ways` holds only what they chose. `has_phone`: an SMS would find them.
    """

    language: str
    email: str
    zone: str
    quiet_from: time | None
    quiet_until: time | None
    has_phone: bool
    ways: tuple[Way, ...]


def know(*, recipient_id: UUID, phone: str, language: str) -> None:
    """The person at this number signed in: from now on an SMS finds them. What they chose stays."""
    execute(
        "INSERT INTO notifications_contact (recipient_id, phone, language, email, zone) VALUES (%s, %s, %s, '', %s) "
        "ON CONFLICT (recipient_id) DO UPDATE SET phone = excluded.phone",
        [recipient_id, phone, language, ZONES[0]])


def forget(*, recipient_id: UUID) -> None:
    """An erased person: no number, no address, no choices, and no device."""
    for table in ("contact", "preference", "device"):
        execute(f"DELETE FROM notifications_{table} WHERE recipient_id = %s", [recipient_id])


def of(recipient_id: UUID) -> Contact | None:
    """What is known of them; None before the first time they signed in by a code or chose anything."""
    found = rows("SELECT language, email, zone, quiet_from, quiet_until, phone <> '' AS has_phone FROM notifications_contact "
                 "WHERE recipient_id = %s", [recipient_id])
    if not found:
        return None
    ways = rows("SELECT event, push, sms, email FROM notifications_preference WHERE recipient_id = %s ORDER BY event",
                [recipient_id])
    return Contact(**found[0], ways=tuple(Way(**way) for way in ways))


def choose(*, recipient_id: UUID, phone: str, language: str, email: str, zone: str, quiet_from: time | None,
           quiet_until: time | None, ways: Sequence[Way]) -> None:
    """All of it anew; events that are not among `ways` go their usual way."""
    execute(
        """
        INSERT INTO notifications_contact (recipient_id, phone, language, email, zone, quiet_from, quiet_until)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (recipient_id) DO UPDATE SET phone = excluded.phone, language = excluded.language, email = excluded.email,
            zone = excluded.zone, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until
        """,
        [recipient_id, phone, language, email, zone, quiet_from, quiet_until])
    execute("UPDATE notifications_device SET language = %s WHERE recipient_id = %s", [language, recipient_id])
    execute("DELETE FROM notifications_preference WHERE recipient_id = %s", [recipient_id])
    execute("INSERT INTO notifications_preference (recipient_id, event, push, sms, email) "
            "SELECT %s, * FROM unnest(%s::text[], %s::bool[], %s::bool[], %s::bool[])",
            [recipient_id, [way.event for way in ways], [way.push for way in ways], [way.sms for way in ways],
             [way.email for way in ways]])


def house_hours() -> tuple[time, time] | None:
    """The programme's quiet hours, for whoever has not chosen; None: it has none."""
    found = rows("SELECT quiet_from, quiet_until FROM notifications_quiethours")
    return (found[0]["quiet_from"], found[0]["quiet_until"]) if found else None


def set_house_hours(quiet_from: time, quiet_until: time) -> None:
    """From now on these are the programme's; both alike: none."""
    execute("INSERT INTO notifications_quiethours (id, quiet_from, quiet_until) VALUES (1, %s, %s) ON CONFLICT (id) "
            "DO UPDATE SET quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until", [quiet_from, quiet_until])
