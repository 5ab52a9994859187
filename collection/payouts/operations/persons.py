"""Who may not: whoever had it in hand before, whoever it pays, whoever is not of the operator's finance.

The database refuses each of them too, whoever writes (`second_person`); here it is said politely.
"""

from __future__ import annotations

from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import Kind, Refusal, SamePerson
from collection.kernel.words import Words


class OwnCompany(Refusal):
    """Nobody approves the claims of a company they belong, or belonged, to."""

    code = "own_company"
    kind = Kind.FORBIDDEN
    words = Words("Өз компанияңыздың өтінімін бекіте алмайсыз", "Нельзя утверждать заявку своей компании",
                  "Nobody approves the claims of their own company")


class NotFinance(Refusal):
    """The second yes is a finance officer's of the operator, and nobody else's."""

    code = "not_finance"
    kind = Kind.FORBIDDEN
    words = Words("Тек оператордың қаржы қызметкері бекіте алады", "Утвердить может только финансист оператора",
                  "Only a finance officer of the operator approves")


_FINANCE = """
SELECT FROM accounts_membership member
JOIN accounts_organisation organisation ON organisation.id = member.organisation_id AND organisation.is_operator
WHERE member.user_id = %s AND member.role = 'finance' AND member.removed_at IS NULL
"""


def refuse_same_person(actor: Actor, *earlier: UUID | None) -> None:
    """Raise SamePerson if the actor is one of those who had the claim or register in hand before."""
    if actor.user_id is not None and actor.user_id in earlier:
        raise SamePerson


def refuse_who_may_not_approve(actor: Actor, *earlier: UUID | None, payee: UUID | None = None) -> None:
    """Raise SamePerson, NotFinance, or OwnCompany where the actor belongs to the organisation that is paid."""
    refuse_same_person(actor, *earlier)
    if not rows(_FINANCE, [actor.user_id]):
        raise NotFinance
    if payee and rows("SELECT FROM accounts_membership WHERE user_id = %s AND organisation_id = %s",
                      [actor.user_id, payee]):
        raise OwnCompany
