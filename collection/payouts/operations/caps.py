"""Setting what may be approved at most, and whose account a programme pays from."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import F
from stdnum import iban as ibans

from collection.accounts.identity import kind_of
from collection.audit import steps as audit
from collection.contracts.models import Contract, Programme
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, Unprocessable
from collection.waste.models import Category
from geo.models import Region

from ..models import Cap, Payer
from ..queries.caps import CapView, caps
from ..queries.registers import PayerView, payer


def set_cap(*, actor: Actor, at: datetime, programme: str, limit_tiyn: int, why: str, contract_id: UUID | None = None,
            category: str | None = None, region: str | None = None, month: date | None = None) -> CapView:
    """The most that may be approved of the programme's claims of this contract, category, region and month (any of them).

    Set again for the same, it is changed. Lowered below what is approved, it only stops what comes. Claims that waited
    are looked at when the queue is walked next.

    Errors: NotFound (the programme); Unprocessable with `not_found`, `too_wide` (the programme's ceiling and the contract's
    cap stand on their own papers).
    """
    owner = Programme.objects.locked(code=programme).first()
    if owner is None:
        raise NotFound
    wrong = (
        (contract_id is not None and not Contract.objects.filter(pk=contract_id, programme=owner).exists(),
         "/contract_id", "not_found"),
        (category is not None and not Category.objects.filter(pk=category).exists(), "/category", "not_found"),
        (region is not None and not Region.objects.filter(pk=region).exists(), "/region", "not_found"),
        (category is None and region is None and month is None, "", "too_wide"),
    )
    if defects := [Defect(pointer, code) for is_wrong, pointer, code in wrong if is_wrong]:
        raise Unprocessable(defects=defects)
    scope = {"programme": owner, "contract_id": contract_id, "category_id": category, "region_id": region, "month": month}
    before = Cap.objects.filter(**scope).first()
    told = {"limit_tiyn": limit_tiyn, "why": why, "set_by": actor.user_id, "set_at": at}
    if before is None:
        found = Cap.objects.create(id=uuid7(at), **scope, **told)
    else:
        Cap.objects.filter(pk=before.pk).update(**told, version=F("version") + 1)
        found = before
    audit.record(actor=actor, at=at, verb="cap.set", object_type="cap", object_id=found.pk,
                 before={"limit_tiyn": before.limit_tiyn} if before else None,
                 after={"programme": programme, "contract": contract_id, "category": category, "region": region,
                        "month": month, "limit_tiyn": limit_tiyn, "why": why})
    return next(one for one in caps(programme) if one.id == found.pk)


def set_payer(*, actor: Actor, at: datetime, programme: str, name: str, identity_number: str, iban: str, bic: str,
              purpose: str) -> PayerView:
    """Whose account the bank's file debits. Errors: NotFound; Unprocessable with `iban_invalid`, `bin_invalid`."""
    owner = Programme.objects.locked(code=programme).first()
    if owner is None:
        raise NotFound
    wrong = ((not ibans.is_valid(iban) or not ibans.compact(iban).startswith("KZ"), "/iban", "iban_invalid"),
             (kind_of(identity_number) != "company", "/identity_number", "bin_invalid"))
    if defects := [Defect(pointer, code) for is_wrong, pointer, code in wrong if is_wrong]:
        raise Unprocessable(defects=defects)
    before = Payer.objects.filter(programme=owner).values("name", "iban", "bic", "purpose").first()
    told = {"name": name, "identity_number": identity_number, "iban": ibans.compact(iban), "bic": bic, "purpose": purpose,
            "set_by": actor.user_id, "set_at": at}
    if before is None:
        Payer.objects.create(programme=owner, **told)
    else:
        Payer.objects.filter(programme=owner).update(**told, version=F("version") + 1)
    audit.record(actor=actor, at=at, verb="payer.set", object_type="programme", object_id=owner.pk, before=before,
                 after={"name": name, "iban": ibans.compact(iban), "bic": bic, "purpose": purpose})
    return payer(programme)
