"""Closing a month for a whole programme: a draft claim for whoever earned something, a statement for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.models import Contract, Programme
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date, month_of, next_month
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound, Refusal
from collection.kernel.words import Words
from notifications import outbox

from .. import notices
from ..models import Claim, Period
from ..steps import freeze_statements, lock_contracts, make_claims


class MonthNotOver(Refusal):
    """It is still that month in Almaty."""

    code = "month_not_over"
    words = Words("Ай әлі аяқталған жоқ", "Месяц ещё не закончился", "The month is not over yet")


class MonthClosed(Refusal):
    """Closed before, or a later one was; `closed_until` names the last closed month."""

    code = "month_closed"
    words = Words("Бұл ай жабылған", "Этот месяц уже закрыт", "This month is closed")


class AccrualBehind(Refusal):
    """Facts sealed in the month are not rated yet (`facts` of them): accrue first, within seconds it happens by itself."""

    code = "accrual_behind"
    words = Words("Есептеу әлі аяқталған жоқ", "Начисление ещё не закончено", "Accrual has not caught up yet")


@dataclass(frozen=True, slots=True)
class Closed:
    """What a closing made."""

    programme_id: UUID
    month: date
    claims: int
    statements: int
    amount_tiyn: int


# Facts in flight when the closing looks are late: accrual puts their lines into the next month.
_BEHIND = """
SELECT count(*) AS n FROM custody_fact fact
WHERE fact.programme_id = %(programme)s AND fact.measure IN ('received', 'recycled') AND fact.sealed_on < %(after)s
  AND fact.xid >= coalesce((SELECT xid FROM payouts_ratedupto WHERE programme_id = %(programme)s), '0'::xid8)
  AND NOT EXISTS (SELECT FROM payouts_rated WHERE fact_id = fact.id)
"""


def refuse_while_behind(programme_id: UUID, month: date) -> None:
    """Raise AccrualBehind while facts sealed until the month's end wait for their lines."""
    if behind := rows(_BEHIND, {"programme": programme_id, "after": next_month(month)})[0]["n"]:
        raise AccrualBehind(facts=behind)


def close_month(*, actor: Actor, at: datetime, programme: str, month: date) -> Closed:
    """Close the month, and with it every earlier one, for all contracts of the programme with that code.

    A month ends when it ends in Almaty. Whatever is sealed, corrected or freed of holds afterwards belongs to a later one,
    at its own rate. The number of statements sent to the database does not depend on how many loads or contracts there are.

    Errors: NotFound; MonthNotOver, MonthClosed, AccrualBehind.
    """
    month = month_of(month)
    owner = Programme.objects.locked(code=programme).first()
    if owner is None:
        raise NotFound
    if almaty_date(at) < next_month(month):
        raise MonthNotOver(ends_on=next_month(month).isoformat())
    last = Period.objects.filter(programme=owner).aggregate(last=Max("month"))["last"]
    if last is not None and last >= month:
        raise MonthClosed(closed_until=last.isoformat()[:7])
    contracts = list(Contract.objects.filter(programme=owner).values_list("pk", flat=True))
    lock_contracts(contracts)
    refuse_while_behind(owner.pk, month)
    made = make_claims(contracts, month, by=actor.user_id, at=at)
    statements = freeze_statements(contracts, month, at=at)
    claims = list(Claim.objects.filter(pk__in=made).select_related("contract").order_by("number"))
    amount = sum(claim.amount_tiyn for claim in claims)
    Period.objects.create(programme=owner, month=month, closed_at=at, closed_by=actor.user_id, claims_n=len(claims),
                          amount_tiyn=amount)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("claim.prepare", "claim", claim.pk, after={
            "state": "draft", "contract": claim.contract.number, "month": month, "lines_n": claim.lines_n,
            "mass_g": claim.mass_g, "amount_tiyn": claim.amount_tiyn})
        for claim in claims
    ])
    audit.record(actor=actor, at=at, verb="period.close", object_type="programme", object_id=owner.pk, after={
        "month": month, "claims": len(claims), "statements": statements, "amount_tiyn": amount})
    people = accounts.recipients({claim.contract.organisation_id for claim in claims},
                                 ("collector_admin", "recycler_admin"))
    outbox.put([
        notice for claim in claims for notice in notices.claim_moved(
            "draft", claim.pk, claim.number, people[claim.contract.organisation_id])
    ], at=at)
    return Closed(owner.pk, month, len(claims), statements, amount)
