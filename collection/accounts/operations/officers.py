"""The operator's own staff. Only the command line adds them: no request can make an officer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Kind, Refusal
from collection.kernel.words import Words

from .. import steps
from ..identity import is_valid_identity_number
from ..models import Organisation
from ..phones import is_served
from .login import PhoneNotServed
from .organisations import AlreadyMember, IdentityNumberInvalid


class OperatorUnknown(Refusal):
    """There is no operator yet: the first officer brings its BIN and name."""

    code = "operator_unknown"
    kind = Kind.UNPROCESSABLE
    words = Words("Оператордың БСН-і мен атауы қажет", "Нужны БИН и название оператора",
                  "Give the operator's BIN and name with the first officer")


def add_officer(*, actor: Actor, at: datetime, phone: str, role: str, name: str = "", operator_bin: str = "",
                operator_name: str = "") -> UUID:
    """Give the person with this number `role` at the operator; returns the user's id.

    Errors: PhoneNotServed, OperatorUnknown, IdentityNumberInvalid, AlreadyMember.
    """
    if not is_served(phone):
        raise PhoneNotServed
    operator_id = Organisation.objects.filter(is_operator=True).values_list("id", flat=True).first()
    if operator_id is None:
        if not operator_bin or not operator_name:
            raise OperatorUnknown
        if not is_valid_identity_number(operator_bin):
            raise IdentityNumberInvalid
        operator_id = uuid7(at)
        steps.add_organisation(id=operator_id, kind="company", identity_number=operator_bin, name=operator_name, at=at,
                               is_operator=True)
    user_id = steps.add_user(id=uuid7(at), phone=phone, name=name, language="ru", at=at)
    if not steps.add_membership(id=uuid7(at), user_id=user_id, organisation_id=operator_id, role=role, at=at):
        raise AlreadyMember
    audit.record(actor=actor, at=at, verb="officer.add", object_type="organisation", object_id=operator_id,
                 after={"user": str(user_id), "role": role})
    return user_id
