"""Reads: who calls, what they may act for, who gets told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from .models import ApiKey, Organisation
from .rights import STAFF_ROLES
from .tokens import KEY_MARK, secret_hash


@dataclass(frozen=True, slots=True)
class Proven:
    """What a session has shown of the person's second factor."""

    enrolled: bool = False  # there is a confirmed app
    passed: bool = False  # a code of it was given in this session
    fresh: bool = False  # in the last fifteen minutes


def seen_in(session_id: UUID, *, request_id: str = "") -> tuple[Actor, Proven] | None:
    """Who acts through this session now and what they have proven, in one query; None when it is over or suspended.

    Without a live membership in a live organisation the person is still signed in, as a "newcomer".
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM session_seen(%s)", [session_id])
        user_id, organisation_id, role, enrolled, passed, fresh = cursor.fetchone()
    if user_id is None:
        return None
    actor = Actor(user_id=user_id, organisation_id=organisation_id, role=role or "newcomer", request_id=request_id)
    return actor, Proven(enrolled, passed, fresh)


def actor_of(session_id: UUID, *, request_id: str = "") -> Actor | None:
    """Who acts through this session now; None when it is over or the person is suspended."""
    found = seen_in(session_id, request_id=request_id)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A living API key that came with a request. `stale`: its last use was noted more than five minutes ago."""

    actor: Actor
    scopes: frozenset[str]
    stale: bool


def key_seen(token: str, *, request_id: str = "") -> Shown | None:
    """Whose key this is, in one query; None for one that is unknown, over, revoked or of a suspended organisation.

    The actor is the key itself: its id stands where a person's would in what it does.
    """
    found = rows(
        """
        SELECT key.id, key.organisation_id, key.scopes,
               coalesce(key.last_used_at < house_clock() - interval '5 minutes', true) AS stale
        FROM accounts_apikey key
        JOIN accounts_organisation owner ON owner.id = key.organisation_id AND owner.suspended_at IS NULL
        WHERE key.secret_hash = %s AND key.revoked_at IS NULL AND key.expires_at > house_clock()
        """, [secret_hash(token.encode())]) if token.startswith(KEY_MARK) else []
    if not found:
        return None
    one = found[0]
    actor = Actor(user_id=one["id"], organisation_id=one["organisation_id"], role="integration", request_id=request_id)
    return Shown(actor, frozenset(one["scopes"]), one["stale"])


@dataclass(frozen=True, slots=True)
class KeyView:
    """An API key as its owners see it: never the secret."""

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def keys_of(actor: Actor) -> list[KeyView]:
    """The keys of the actor's organisation, newest first, revoked ones too."""
    if actor.organisation_id is None:
        return []
    return _keys(ApiKey.objects.filter(organisation_id=actor.organisation_id))


def key_of(actor: Actor, key_id: UUID) -> KeyView:
    """One key of one's own organisation, or anybody's for the operator's staff; NotFound otherwise."""
    own = {} if actor.role in STAFF_ROLES or actor.is_house else {"organisation_id": actor.organisation_id}
    for found in _keys(ApiKey.objects.filter(pk=key_id, **own)):
        return found
    raise NotFound


def _keys(found: QuerySet[ApiKey]) -> list[KeyView]:
    return [KeyView(**row) for row in found.order_by("-created_at", "-id").values(*KeyView.__slots__)]


@dataclass(frozen=True, slots=True)
class SessionView:
    """A signed-in device. `device` is the app's installation id; `current`: the one that asks."""

    id: UUID
    device: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    organisation: str | None
    role: str | None
    current: bool


def sessions_of(user_id: UUID | None, *, current: UUID) -> list[SessionView]:
    """The person's living sessions, the one used last first."""
    return [SessionView(**row) for row in rows(
        """
        SELECT s.id, s.device, s.created_at, s.rotated_at AS used_at, s.expires_at, o.name AS organisation, m.role,
               s.id = %s AS current
        FROM accounts_session s LEFT JOIN accounts_membership m ON m.id = s.membership_id AND m.removed_at IS NULL
        LEFT JOIN accounts_organisation o ON o.id = m.organisation_id
        WHERE s.user_id = %s AND s.revoked_at IS NULL AND s.expires_at > house_clock() ORDER BY s.rotated_at DESC, s.id
        """, [current, user_id])]


@dataclass(frozen=True, slots=True)
class SecondFactorView:
    confirmed_at: datetime | None
    recovery_codes_left: int


def second_factor_of(user_id: UUID | None) -> SecondFactorView:
    """What the person has enrolled; `confirmed_at` None: nothing in force."""
    found = rows(
        "SELECT confirmed_at, (SELECT count(*)::int FROM accounts_recoverycode WHERE factor_id = user_id AND used_at IS NULL) "
        "AS recovery_codes_left FROM accounts_secondfactor WHERE user_id = %s", [user_id])
    return SecondFactorView(**found[0]) if found else SecondFactorView(None, 0)


@dataclass(frozen=True, slots=True)
class MembershipView:
    id: UUID
    organisation_id: UUID
    organisation_name: str
    organisation_kind: str
    role: str
    suspended: bool  # the organisation is, so the membership gives nothing for now


@dataclass(frozen=True, slots=True)
class Me:
    """A person as they see themselves."""

    id: UUID
    phone: str
    name: str
    language: str
    memberships: tuple[MembershipView, ...]


def me_of(user_id: UUID) -> Me:
    """The person and every organisation they may act for, oldest membership first."""
    found = rows(
        """
        SELECT u.phone, u.name, u.language, m.id AS membership_id, m.organisation_id, o.name AS organisation_name,
               o.kind AS organisation_kind, m.role, o.suspended_at IS NOT NULL AS suspended
        FROM accounts_user u
        LEFT JOIN accounts_membership m ON m.user_id = u.id AND m.removed_at IS NULL
        LEFT JOIN accounts_organisation o ON o.id = m.organisation_id
        WHERE u.id = %s ORDER BY m.created_at, m.id
        """,
        [user_id],
    )
    if not found:
        raise NotFound
    return Me(
        id=user_id, phone=found[0]["phone"], name=found[0]["name"], language=found[0]["language"],
        memberships=tuple(
            MembershipView(id=row["membership_id"], organisation_id=row["organisation_id"],
                           organisation_name=row["organisation_name"], organisation_kind=row["organisation_kind"],
                           role=row["role"], suspended=row["suspended"])
            for row in found if row["membership_id"]
        ),
    )


@dataclass(frozen=True, slots=True)
class OrganisationView:
    id: UUID
    kind: str
    identity_number: str
    name: str
    is_operator: bool
    synthetic: bool
    created_at: datetime
    suspended_at: datetime | None
    version: int


def organisation_of(actor: Actor, organisation_id: UUID) -> OrganisationView:
    """One organisation: one's own, or any for the operator's staff; NotFound otherwise."""
    if actor.role not in STAFF_ROLES and not actor.is_house and organisation_id != actor.organisation_id:
        raise NotFound
    found = Organisation.objects.filter(pk=organisation_id).values(*OrganisationView.__slots__).first()
    if found is None:
        raise NotFound
    return OrganisationView(**found)


def organisation_named(name: str) -> UUID:
    """The organisation with this BIN, IIN or id, as somebody types it; NotFound otherwise."""
    try:
        asked = {"identity_number": name} if name.isdecimal() else {"pk": UUID(name)}
    except ValueError:
        raise NotFound from None
    found = Organisation.objects.filter(**asked).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class MemberView:
    id: UUID  # of the membership
    user_id: UUID
    name: str
    phone: str
    role: str
    created_at: datetime


def members_of(actor: Actor) -> list[MemberView]:
    """The living memberships of the actor's organisation, oldest first."""
    return [
        MemberView(**row) for row in rows(
            """
            SELECT m.id, m.user_id, u.name, u.phone, m.role, m.created_at
            FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
            WHERE m.organisation_id = %s AND m.removed_at IS NULL ORDER BY m.created_at, m.id
            """,
            [actor.organisation_id],
        )
    ]


def recipients(organisation_ids: Iterable[UUID], roles: Iterable[str] | None = None) -> dict[UUID, tuple[UUID, ...]]:
    """User ids of the living members of each organisation (with one of `roles`): who gets told. One query."""
    wanted = list(dict.fromkeys(organisation_ids))
    found: dict[UUID, list[UUID]] = {one: [] for one in wanted}
    for row in rows(
        """
        SELECT DISTINCT m.organisation_id, m.user_id FROM accounts_membership m
        JOIN accounts_user u ON u.id = m.user_id AND u.suspended_at IS NULL
        WHERE m.organisation_id = ANY(%s) AND m.removed_at IS NULL AND (%s::text[] IS NULL OR m.role = ANY(%s))
        ORDER BY m.user_id
        """,
        [wanted, *[None if roles is None else list(roles)] * 2],
    ):
        found[row["organisation_id"]].append(row["user_id"])
    return {organisation: tuple(users) for organisation, users in found.items()}


def languages_of(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    return {row["id"]: row["language"]
            for row in rows("SELECT id, language FROM accounts_user WHERE id = ANY(%s)", [list(user_ids)])}


def staff(role: str) -> list[UUID]:
    """User ids of the operator's living officers with this role: who gets an alarm."""
    return [row["user_id"] for row in rows(
        """
        SELECT DISTINCT m.user_id FROM accounts_membership m
        JOIN accounts_organisation o ON o.id = m.organisation_id AND o.is_operator
        JOIN accounts_user u ON u.id = m.user_id AND u.suspended_at IS NULL
        WHERE m.role = %s AND m.removed_at IS NULL
        """,
        [role],
    )]
