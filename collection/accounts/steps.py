"""Rows of people, organisations and memberships, one by one or in bulk; no audit line, which the verb writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from collection.kernel.db import execute


@dataclass(frozen=True, slots=True)
class NewUser:
    id: UUID
    phone: str  # E.164
    name: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    id: UUID
    kind: str  # person | company
    identity_number: str
    name: str
    at: datetime
    is_operator: bool = False
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class NewMembership:
    id: UUID
    user_id: UUID
    organisation_id: UUID
    role: str
    at: datetime


def add_user(*, id: UUID, phone: str, name: str, language: str, at: datetime) -> UUID:
    """The person with this telephone number: inserted, or the one already there (whose name and language stay)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH new AS (
                INSERT INTO accounts_user (id, phone, name, language, created_at) VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (phone) DO UPDATE SET phone = excluded.phone RETURNING id)
            SELECT id FROM new
            """,
            [id, phone, name, language, at],
        )
        known: UUID = cursor.fetchone()[0]
        return known


def add_organisation(*, id: UUID, kind: str, identity_number: str, name: str, at: datetime,
                     is_operator: bool = False, synthetic: bool = False) -> bool:
    """Insert; False when the identity number is taken."""
    return add_organisations([NewOrganisation(id, kind, identity_number, name, at, is_operator, synthetic)]) == 1


def add_membership(*, id: UUID, user_id: UUID, organisation_id: UUID, role: str, at: datetime) -> bool:
    """Insert; False when the person has this role there already."""
    return add_memberships([NewMembership(id, user_id, organisation_id, role, at)]) == 1


def add_users(users: Iterable[NewUser]) -> int:
    """Insert many (skipping known numbers) with one statement; the number of rows inserted."""
    found = list(users)
    return execute(
        "INSERT INTO accounts_user (id, phone, name, language, created_at) "
        "SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[]) "
        "ON CONFLICT (phone) DO NOTHING",
        [[user.id for user in found], [user.phone for user in found], [user.name for user in found],
         [user.language for user in found], [user.at for user in found]],
    )


def add_organisations(organisations: Iterable[NewOrganisation]) -> int:
    """Insert many (skipping taken identity numbers) with one statement; the number of rows inserted."""
    found = list(organisations)
    return execute(
        "INSERT INTO accounts_organisation (id, kind, identity_number, name, created_at, is_operator, synthetic, "
        "version) SELECT *, 1 FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], "
        "%s::boolean[], %s::boolean[]) ON CONFLICT (identity_number) DO NOTHING",
        [[one.id for one in found], [one.kind for one in found], [one.identity_number for one in found],
         [one.name for one in found], [one.at for one in found], [one.is_operator for one in found],
         [one.synthetic for one in found]],
    )


def add_memberships(memberships: Iterable[NewMembership]) -> int:
    """Insert many (skipping those there) with one statement; the number of rows inserted."""
    found = list(memberships)
    return execute(
        "INSERT INTO accounts_membership (id, user_id, organisation_id, role, created_at) "
        "SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[]) "
        "ON CONFLICT (user_id, organisation_id, role) WHERE removed_at IS NULL DO NOTHING",
        [[one.id for one in found], [one.user_id for one in found], [one.organisation_id for one in found],
         [one.role for one in found], [one.at for one in found]],
    )


def open_session(*, id: UUID, user_id: UUID, device: str, refresh_hash: bytes, at: datetime,
                 expires_at: datetime) -> None:
    """A session acting for the membership the person last acted for, else their oldest, else for nobody."""
    execute(
        """
        INSERT INTO accounts_session (id, user_id, membership_id, device, refresh_hash, rotated_at, created_at,
                                      expires_at)
        SELECT %s, %s, (
            SELECT m.id FROM accounts_membership m
            LEFT JOIN accounts_session s ON s.membership_id = m.id AND s.user_id = m.user_id
            WHERE m.user_id = %s AND m.removed_at IS NULL
            GROUP BY m.id ORDER BY max(s.rotated_at) DESC NULLS LAST, m.created_at, m.id LIMIT 1
        ), %s, %s, %s, %s, %s
        """,
        [id, user_id, user_id, device, refresh_hash, at, at, expires_at],
    )
