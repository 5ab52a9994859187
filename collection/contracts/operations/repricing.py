"""Coefficients of days that have begun: what was accrued at the old ones is taken back and accrued anew.

So it takes two persons and a reason. Which lines that moves is payouts' business: it is rung when prices have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, SamePerson, StaleVersion, Unprocessable, WrongState
from notifications import outbox

from .. import queries
from ..models import Programme, Tariff, TariffChange
from ..prices import DAY, Period, Price, rest_of
from ..queries import TariffChangeView
from ..steps import hold_prices
from .prices import RING, NewTariff, PricesClash, judge_tariffs


def propose_tariff_change(*, actor: Actor, at: datetime, programme: str, tariffs: Sequence[NewTariff],
                          reason: str) -> TariffChangeView:
    """Write down coefficients that shall replace those in force on their days, begun or not; nothing changes yet.

    Errors: NotFound (programme); Unprocessable as `set_tariffs`, or `empty`; PricesClash among the new ones themselves.
    """
    owner = Programme.objects.filter(code=programme).first()
    if owner is None:
        raise NotFound
    if not tariffs:
        raise Unprocessable(defects=[Defect("/tariffs", "empty")])
    try:
        judge_tariffs(tariffs)
    except Unprocessable as wrong:  # a change is a list, also of one: its rows are named by their place in it
        at_row = "/tariffs/0" if len(tariffs) == 1 else "/tariffs"
        raise Unprocessable(defects=[replace(one, pointer=at_row + one.pointer) for one in wrong.defects]) from None
    clashes = [Defect(f"/tariffs/{n}/valid_from", PricesClash.code) for n in sorted(_clashing(tariffs))]
    if clashes:
        raise PricesClash(defects=clashes)
    row = TariffChange.objects.create(id=uuid7(at), programme=owner, tariffs=[stored(one) for one in tariffs],
                                      reason=reason, proposed_by=actor.user_id, proposed_at=at)
    audit.record(actor=actor, at=at, verb="tariff_change.propose", object_type="tariff_change", object_id=row.id,
                 after={"state": "proposed", "programme": programme, "reason": reason, "tariffs": row.tariffs})
    return queries.tariff_change(row, programme)


def approve_tariff_change(*, actor: Actor, at: datetime, programme: str, change_id: UUID,
                          version: int | None = None) -> TariffChangeView:
    """Put it in force, by a second person: old rows give way on those days, and payouts is told to price them anew.

    Errors: NotFound, StaleVersion, WrongState, SamePerson; the database refuses the same person too.
    """
    row = _taken(programme, change_id, version)
    if actor.user_id is not None and row.proposed_by == actor.user_id:
        raise SamePerson
    hold_prices(changing=True)
    new = [read(one) for one in row.tariffs]
    old = queries.tariff_prices(row.programme_id)
    lines = [line for one in new for line in _put(row.programme_id, one, old, at)]
    TariffChange.objects.filter(pk=row.pk).update(
        state="approved", approved_by=actor.user_id, approved_at=at, version=F("version") + 1)
    audit.record_many(actor=actor, at=at, lines=[*lines, audit.Line(
        "tariff_change.approve", "tariff_change", row.pk, before={"state": "proposed"},
        after={"state": "approved", "reason": row.reason})])
    outbox.work(task=RING, object_id=row.programme_id, at=at)
    return queries.tariff_changes(programme, only=change_id)[0]


def withdraw_tariff_change(*, actor: Actor, at: datetime, programme: str, change_id: UUID,
                           version: int | None = None) -> TariffChangeView:
    """Nothing comes of it. Errors: NotFound, StaleVersion, WrongState."""
    row = _taken(programme, change_id, version)
    TariffChange.objects.filter(pk=row.pk).update(state="withdrawn", version=F("version") + 1)
    audit.record(actor=actor, at=at, verb="tariff_change.withdraw", object_type="tariff_change", object_id=row.pk,
                 before={"state": "proposed"}, after={"state": "withdrawn"})
    return queries.tariff_changes(programme, only=change_id)[0]


def stored(one: NewTariff) -> dict[str, Any]:
    """As JSON; the coefficient as text, for a double would not do."""
    return {"category": one.category, "stage": one.stage, "coefficient": str(one.coefficient),
            "valid_from": one.valid_from.isoformat(), "valid_to": one.valid_to and one.valid_to.isoformat(),
            "source": one.source}


def read(one: dict[str, Any]) -> NewTariff:
    last = one["valid_to"]
    return NewTariff(**one | {
        "coefficient": Decimal(one["coefficient"]), "valid_from": date.fromisoformat(one["valid_from"]),
        "valid_to": date.fromisoformat(last) if last else None})


def _put(programme_id: UUID, new: NewTariff, old: Sequence[Price], at: datetime) -> list[audit.Line]:
    """Cut the old rows around the new one and add it; the audit lines. Rows that lines name are kept, in force never."""
    lines, rests = [], []
    for price in old:
        if price.what != new.what or not price.period.meets(_period(new)):
            continue
        rest = rest_of(price.period, _period(new))
        kept = rest.pop(0) if rest else None
        Tariff.objects.filter(pk=price.id).update(valid=_range(kept) if kept else DateRange(empty=True))
        rests += [(period, price) for period in rest]
        lines.append(audit.Line("tariff.cut", "tariff", price.id, before=_days(price.period),
                                after=_days(kept) if kept else {"from": None, "to": None, "in_force": False}))
    rows = [(_period(new), new.coefficient, new.source), *((period, price.value, price.source) for period, price in rests)]
    for period, coefficient, source in rows:
        row = Tariff.objects.create(id=uuid7(at), programme_id=programme_id, category_id=new.category, stage=new.stage,
                                    coefficient=coefficient, valid=_range(period), source=source)
        lines.append(audit.Line("tariff.create", "tariff", row.pk, after={
            "what": new.what, "value": str(coefficient), "source": source} | _days(period)))
    return lines


def _taken(programme: str, change_id: UUID, version: int | None) -> TariffChange:
    row = TariffChange.objects.locked(pk=change_id, programme__code=programme).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise StaleVersion(version=row.version)
    if row.state != "proposed":
        raise WrongState(state=row.state, allowed_actions=[])
    return row


def _clashing(tariffs: Sequence[NewTariff]) -> set[int]:
    """The places of those that share a day with another of the same category and stage. Sorted, each is compared with its
    follower and with whichever before it lasts longest, so a list of ten thousand is no work."""
    found: set[int] = set()
    order = sorted(range(len(tariffs)), key=lambda n: (tariffs[n].what, tariffs[n].valid_from))
    longest: int | None = None
    for place, n in enumerate(order):
        if longest is not None and tariffs[longest].what != tariffs[n].what:
            longest = None
        for other in (longest, order[place + 1] if place + 1 < len(order) else None):
            if other is not None and tariffs[other].what == tariffs[n].what:
                found |= {n} if _period(tariffs[other]).meets(_period(tariffs[n])) else set()
        if longest is None or (tariffs[n].valid_to or date.max) >= (tariffs[longest].valid_to or date.max):
            longest = n
    return found


def _period(new: NewTariff) -> Period:
    return Period(new.valid_from, new.valid_to)


def _range(period: Period) -> DateRange:
    return DateRange(period.first, period.last and period.last + DAY)


def _days(period: Period) -> dict[str, Any]:
    return {"from": period.first, "to": period.last}
