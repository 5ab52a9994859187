"""A generator asks for a paper of what became of its waste; a manager may take it back."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from collection.audit import steps as audit
from collection.contracts.models import Programme
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date, month_of, next_month
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, Refusal, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words

from ..certificates import CertificateView
from ..models import Certificate
from ..queries.certificates import certified, views

#: Crockford's letters without those that are taken for others: a code is read aloud and typed.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MOST_MONTHS = 36


class NothingCertified(Refusal):
    """No recycler has accepted anything of this generator in these months."""

    code = "nothing_certified"
    words = Words("Бұл айларда қабылданған қалдық жоқ", "За эти месяцы ничего не принято",
                  "Nothing was accepted in these months")


def issue_certificate(*, actor: Actor, at: datetime, programme: str, month_from: date, month_to: date) -> CertificateView:
    """Grams of whole months that are over, as the sealed facts say now. Asked again for the same, the same paper is given.

    Errors: NotFound (programme); Unprocessable with `month_not_over`, `ends_before_it_starts`, `too_many_months`;
    NothingCertified.
    """
    assert actor.organisation_id is not None  # the table of rights lets only generators here
    owner = Programme.objects.filter(code=programme).first()
    if owner is None:
        raise NotFound
    first, last = month_of(month_from), month_of(month_to)
    wrong = [
        Defect(pointer, code) for holds, pointer, code in (
            (last < first, "/month_to", "ends_before_it_starts"),
            (next_month(last) > almaty_date(at), "/month_to", "month_not_over"),
            ((last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS, "/month_from", "too_many_months"),
        ) if holds]
    if wrong:
        raise Unprocessable(defects=wrong)
    lines = certified(owner.pk, actor.organisation_id, first, last)
    if not lines:
        raise NothingCertified
    same = Certificate.objects.filter(programme=owner, generator_id=actor.organisation_id, month_from=first, month_to=last,
                                      revoked_at=None, lines=lines).order_by("-id").first()
    if same is not None:
        return views([same.pk])[0]
    made = Certificate.objects.create(
        id=uuid7(at), code="".join(secrets.choice(LETTERS) for _ in range(16)), programme=owner,
        generator_id=actor.organisation_id, month_from=first, month_to=last, lines=lines, issued_at=at, issued_by=actor.user_id)
    audit.record(actor=actor, at=at, verb="certificate.issue", object_type="certificate", object_id=made.pk, after={
        "programme": programme, "from": first, "to": last, "received_g": sum(one["received_g"] for one in lines),
        "recycled_g": sum(one["recycled_g"] for one in lines)})
    return views([made.pk])[0]


def revoke_certificate(*, actor: Actor, at: datetime, certificate_id: UUID, reason: str,
                       version: int | None = None) -> CertificateView:
    """From now on its check says that it does not hold, and why. Errors: NotFound, StaleVersion, WrongState."""
    row = Certificate.objects.visible_to(actor).locked(pk=certificate_id).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise StaleVersion(version=row.version)
    if row.revoked_at is not None:
        raise WrongState(state="revoked", allowed_actions=[])
    Certificate.objects.filter(pk=row.pk).update(revoked_at=at, revoked_by=actor.user_id, reason=reason, version=F("version") + 1)
    audit.record(actor=actor, at=at, verb="certificate.revoke", object_type="certificate", object_id=row.pk,
                 before={"state": "valid"}, after={"state": "revoked", "reason": reason})
    return views([row.pk])[0]
