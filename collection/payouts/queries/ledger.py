"""The ledger as each sees it: entries and sums, nothing cached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor

from ..models import Account, LedgerEntry


@dataclass(frozen=True, slots=True)
class AccountSum:
    """An account and the sum of its entries: debit positive, credit negative."""

    programme: str
    contract_id: UUID | None
    contract_number: str | None
    kind: str
    balance_tiyn: int


@dataclass(frozen=True, slots=True)
class EntryView:
    id: int
    transaction_id: int
    what: str
    account: str
    contract_id: UUID | None
    claim_id: UUID | None
    consignment_id: UUID | None
    stage: str | None
    amount_tiyn: int
    at: datetime


def _own(actor: Actor, path: str = "") -> dict[str, UUID | None]:
    """A contractor's own accounts; everything for the operator's staff."""
    if actor.is_house or actor.role in STAFF_ROLES:
        return {}
    return {f"{path}contract__organisation_id": actor.organisation_id}


def balances(actor: Actor, *, programme: str | None = None, contract_id: UUID | None = None) -> list[AccountSum]:
    """The actor's accounts; what is owed to a contract is a credit, so negative."""
    asked = {"programme__code": programme, "contract_id": contract_id}
    found = Account.objects.filter(**_own(actor), **{name: value for name, value in asked.items() if value})
    return [
        AccountSum(one.programme.code, one.contract_id, one.contract.number if one.contract else None, one.kind,
                   int(one.balance or 0))
        for one in found.select_related("programme", "contract").annotate(balance=Sum("ledgerentry__amount_tiyn"))
        .order_by("programme__code", "contract__number", "kind")
    ]


def entries(actor: Actor, *, programme: str | None = None, contract_id: UUID | None = None, after: int | None = None,
            limit: int | None = None) -> list[EntryView]:
    """Newest first, below the id `after`."""
    asked = {"account__programme__code": programme, "account__contract_id": contract_id, "pk__lt": after}
    found = LedgerEntry.objects.filter(
        **_own(actor, "account__"), **{name: value for name, value in asked.items() if value})
    return [
        EntryView(one.pk, one.transaction_id, one.transaction.what, one.account.kind, one.account.contract_id,
                  one.transaction.claim_id, one.line.consignment_id if one.line else None,
                  one.line.stage if one.line else None, one.amount_tiyn, one.transaction.at)
        for one in found.select_related("transaction", "account", "line").order_by("-pk")[:limit]
    ]
