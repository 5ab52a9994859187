"""Who does it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, organisation and role behind one verb.

    `user_id` and `organisation_id` are None for the house itself (sweeps, replays) and for people not yet
    signed in. `role` is one of `collection.accounts.rights.ROLES`. `request_id` ties the audit line to the request.
    """

    user_id: UUID | None
    organisation_id: UUID | None
    role: str
    request_id: str = ""

    @property
    def is_house(self) -> bool:
        return self.role == "house"


HOUSE = Actor(user_id=None, organisation_id=None, role="house")
ANONYMOUS = Actor(user_id=None, organisation_id=None, role="anon")
