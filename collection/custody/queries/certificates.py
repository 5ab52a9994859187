"""Certificates: one's own, one by its code for whoever holds the paper, and what the facts say of a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from collection.contracts.models import Programme
from collection.kernel.actor import Actor
from collection.kernel.calendar import next_month
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound
from collection.kernel.words import Words
from collection.waste.models import Category

from ..certificates import CertificateLine, CertificateView, pdf
from ..models import Certificate

# Each load once, in the months its facts count in; corrections are facts too.
_FACTS = """
SELECT fact.category_id AS category,
       count(DISTINCT fact.consignment_id) FILTER (WHERE fact.measure = 'received') AS loads,
       coalesce(sum(fact.grams) FILTER (WHERE fact.measure = 'collected'), 0)::bigint AS collected_g,
       coalesce(sum(fact.grams) FILTER (WHERE fact.measure = 'received'), 0)::bigint AS received_g,
       coalesce(sum(fact.grams) FILTER (WHERE fact.measure = 'recycled'), 0)::bigint AS recycled_g
FROM custody_consignment load JOIN custody_fact fact ON fact.consignment_id = load.id
WHERE load.generator_id = %(generator)s AND load.programme_id = %(programme)s
  AND fact.supply_on >= %(first)s AND fact.supply_on < %(until)s
GROUP BY fact.category_id HAVING sum(fact.grams) FILTER (WHERE fact.measure = 'received') > 0
ORDER BY fact.category_id
"""


def certified(programme_id: UUID, generator_id: UUID, month_from: date, month_to: date) -> list[dict[str, Any]]:
    """Of each category with accepted grams: loads, and grams collected, received and recycled, by the day of the ticket."""
    return rows(_FACTS, {
        "generator": generator_id, "programme": programme_id, "first": month_from, "until": next_month(month_to)})


def certificates(actor: Actor, *, after: UUID | None = None, limit: int | None = None) -> list[CertificateView]:
    """The newest first."""
    found = Certificate.objects.visible_to(actor).order_by("-id")
    return views(list((found.filter(pk__lt=after) if after else found).values_list("pk", flat=True)[:limit]))


def certificate(actor: Actor, certificate_id: UUID) -> CertificateView:
    """NotFound unless it is the actor's organisation's, or the actor is of the operator's staff."""
    found = views(list(Certificate.objects.visible_to(actor).filter(pk=certificate_id).values_list("pk", flat=True)))
    if not found:
        raise NotFound
    return found[0]


def certificate_by_code(code: str) -> CertificateView:
    """For whoever holds the paper: nothing that is not on it. NotFound for a code nobody was given."""
    found = views(list(Certificate.objects.filter(code=code.upper()).values_list("pk", flat=True)))
    if not found:
        raise NotFound
    return found[0]


def certificate_pdf(actor: Actor, certificate_id: UUID, *, address: str) -> bytes:
    """The paper; `address` is where its code is checked."""
    found = certificate(actor, certificate_id)
    programme = Programme.objects.get(code=found.programme)
    return pdf(found, programme=Words(programme.name_kk, programme.name_ru, programme.name_en), address=address)


def views(ids: Sequence[UUID]) -> list[CertificateView]:
    names = {one.code: Words(one.name_kk, one.name_ru, one.name_en) for one in Category.objects.all()}
    found = {one.pk: one for one in Certificate.objects.filter(Q(pk__in=list(ids))).select_related("programme", "generator")}
    return [_view(found[pk], names) for pk in ids]


def _view(one: Certificate, names: dict[str, Words]) -> CertificateView:
    now = certified(one.programme_id, one.generator_id, one.month_from, one.month_to)
    state = "revoked" if one.revoked_at else "valid" if now == one.lines else "corrected"
    return CertificateView(
        id=one.pk, number=one.number, code=one.code, programme=one.programme.code, generator_id=one.generator_id,
        generator=one.generator.name, identity_number=one.generator.identity_number,
        person=one.generator.kind == "person", month_from=one.month_from,
        month_to=one.month_to, lines=tuple(CertificateLine(
            line["category"], names[line["category"]], line["loads"], line["collected_g"], line["received_g"],
            line["recycled_g"]) for line in one.lines),
        issued_at=one.issued_at, state=state, revoked_at=one.revoked_at, reason=one.reason,
        synthetic=one.generator.synthetic or one.programme.synthetic, version=one.version)


