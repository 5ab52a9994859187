"""Organisations and the people who act for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal, Unprocessable
from collection.kernel.words import Words

from .. import steps
from ..identity import is_valid_identity_number, kind_of
from ..phones import is_served
from ..queries import OrganisationView
from ..states import GIVES
from .login import PhoneNotServed


class IdentityNumberInvalid(Refusal):
    """Not a BIN (company) or IIN (person), or its check digit is wrong."""

    code = "identity_number_invalid"
    kind = Kind.MALFORMED
    words = Words("БСН немесе ЖСН қате", "Неверный БИН или ИИН", "The BIN or IIN is wrong")


class OrganisationExists(Refusal):
    """Somebody has registered this BIN or IIN; by whom is not said."""

    code = "organisation_exists"
    words = Words("Бұл БСН немесе ЖСН тіркелген", "Этот БИН или ИИН уже зарегистрирован",
                  "This BIN or IIN is registered already")


class AlreadyMember(Refusal):
    code = "already_member"
    words = Words("Бұл рөл қосылып қойған", "Эта роль у человека уже есть", "The person has this role already")


def register_organisation(*, actor: Actor, at: datetime, session_id: UUID | None, kind: str, identity_number: str,
                          name: str, as_role: str = "generator_admin") -> OrganisationView:
    """A company by its BIN or a person by their IIN; the caller becomes its admin and acts for it from now on.

    `as_role`: generator_admin, collector_admin or recycler_admin. Raises IdentityNumberInvalid, OrganisationExists.
    """
    assert actor.user_id is not None  # the table of rights lets only people here
    if as_role not in GIVES:
        raise Unprocessable(defects=[Defect("/as_role", "not_a_choice", {"choices": list(GIVES)})])
    if not is_valid_identity_number(identity_number):
        raise IdentityNumberInvalid(defects=[Defect("/identity_number", "wrong_check_digit_or_structure")])
    if kind_of(identity_number) != kind:
        raise IdentityNumberInvalid(defects=[Defect("/identity_number", "belongs_to_other_kind")])
    organisation_id, membership_id = uuid7(at), uuid7(at)
    if not steps.add_organisation(id=organisation_id, kind=kind, identity_number=identity_number, name=name, at=at):
        raise OrganisationExists
    steps.add_membership(id=membership_id, user_id=actor.user_id, organisation_id=organisation_id, role=as_role, at=at)
    if session_id is not None:
        execute("UPDATE accounts_session SET membership_id = %s WHERE id = %s AND user_id = %s",
                [membership_id, session_id, actor.user_id])
    audit.record(actor=actor, at=at, verb="organisation.register", object_type="organisation",
                 object_id=organisation_id, after={"kind": kind, "as_role": as_role})
    return OrganisationView(id=organisation_id, kind=kind, identity_number=identity_number, name=name,
                            is_operator=False, synthetic=False, created_at=at, suspended_at=None, version=1)


def act_for(*, actor: Actor, at: datetime, session_id: UUID, membership_id: UUID) -> Actor:
    """From now on this session acts for one of the person's own memberships; NotFound for any other."""
    found = rows(
        """
        UPDATE accounts_session s SET membership_id = m.id
        FROM accounts_membership m JOIN accounts_organisation o ON o.id = m.organisation_id
        WHERE s.id = %s AND s.user_id = %s AND m.id = %s AND m.user_id = s.user_id AND m.removed_at IS NULL
          AND o.suspended_at IS NULL
        RETURNING m.organisation_id, m.role
        """,
        [session_id, actor.user_id, membership_id],
    )
    if not found:
        raise NotFound
    audit.record(actor=actor, at=at, verb="session.act", object_type="session", object_id=session_id,
                 after={"membership_id": str(membership_id)})
    return Actor(user_id=actor.user_id, organisation_id=found[0]["organisation_id"], role=found[0]["role"],
                 request_id=actor.request_id)


def add_member(*, actor: Actor, at: datetime, phone: str, name: str, role: str) -> UUID:
    """Give a person (known or new) a role in the actor's organisation; the membership id.

    An admin gives the roles of their own kind (`states.GIVES`). Raises PhoneNotServed, AlreadyMember.
    """
    assert actor.organisation_id is not None  # GIVES knows only roles that act for one
    allowed = GIVES.get(actor.role, ())
    if role not in allowed:
        raise Unprocessable(defects=[Defect("/role", "not_a_choice", {"choices": list(allowed)})])
    if not is_served(phone):
        raise PhoneNotServed(defects=[Defect("/phone", "phone_not_served")])
    user_id = steps.add_user(id=uuid7(at), phone=phone, name=name, language="ru", at=at)
    membership_id = uuid7(at)
    if not steps.add_membership(id=membership_id, user_id=user_id, organisation_id=actor.organisation_id, role=role,
                                at=at):
        raise AlreadyMember
    audit.record(actor=actor, at=at, verb="membership.add", object_type="membership", object_id=membership_id,
                 after={"user_id": str(user_id), "role": role})
    return membership_id


def remove_member(*, actor: Actor, at: datetime, membership_id: UUID) -> None:
    """End a membership of the actor's organisation; it counts from the member's next request on."""
    found = rows(
        "UPDATE accounts_membership SET removed_at = %s WHERE id = %s AND organisation_id = %s AND removed_at IS NULL "
        "AND role = ANY(%s) RETURNING role",
        [at, membership_id, actor.organisation_id, list(GIVES.get(actor.role, ()))],
    )
    if not found:
        raise NotFound
    audit.record(actor=actor, at=at, verb="membership.remove", object_type="membership", object_id=membership_id,
                 before={"role": found[0]["role"]})
