"""People who are signed in, and the phone they hold."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.http.authentication import access_token
from collection.accounts import steps
from collection.accounts.rights import MEMBER_ROLES, STAFF_ROLES
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from tests.api.phone import Phone, identity_number

_serial = itertools.count(1)


@pytest.fixture
def sign_in(db: None) -> Any:
    """`sign_in("driver")` gives the Phone of a new person with that role in a new (or given) organisation."""

    def sign_in(role: str = "generator_admin", organisation_id: UUID | None = None) -> Phone:
        at, serial = datetime.now(UTC), next(_serial)
        user_id, session_id, membership_id = uuid7(at), uuid7(at), uuid7(at)
        steps.add_user(id=user_id, phone=f"+7702{serial:07d}", name=f"Person {serial}", language="ru", at=at)
        if role in MEMBER_ROLES:
            if organisation_id is None:
                organisation_id = uuid7(at)
                assert steps.add_organisation(id=organisation_id, kind="company", name=f"Company {serial}",
                                              identity_number=identity_number(serial), at=at,
                                              is_operator=role in STAFF_ROLES)
            steps.add_membership(id=membership_id, user_id=user_id, organisation_id=organisation_id, role=role, at=at)
        phone = Phone()
        steps.open_session(id=session_id, user_id=user_id, device=phone.installation, refresh_hash=session_id.bytes * 2,
                           at=at, expires_at=at + timedelta(days=1))
        phone.token, phone.session_id, phone.membership_id = access_token(session_id)[0], session_id, membership_id
        phone.actor = Actor(user_id, organisation_id, role)
        return phone

    return sign_in


@pytest.fixture
def stranger(db: None) -> Phone:
    """Nobody: a phone that is not signed in."""
    return Phone()
