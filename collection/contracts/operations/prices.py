"""Dated prices: a programme's coefficients, the country's monthly index and VAT. Days already begun keep theirs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal, Unprocessable
from collection.kernel.words import Words
from collection.registry.rules import pointer
from collection.waste.models import Category
from notifications import outbox

from .. import queries
from ..models import Contract, IndexValue, Programme, Tariff, VatRate
from ..prices import DAY, Period, Price, fit
from ..rules import MAX_COEFFICIENT, MAX_INDEX_TIYN
from ..states import STAGES
from ..steps import hold_prices

DECIMALS = {"coefficient": 4, "tiyn": 0, "percent": 2}
#: Payouts listens: prices of days that have begun are not what they were.
RING = "tariffs.changed"
DATA = Path(__file__).parent.parent / "data"


class PricesClash(Refusal):
    """Two prices for one thing on one day. Each defect's params name the period in the way."""

    code = "prices_clash"
    kind = Kind.UNPROCESSABLE
    words = Words("Бұл күндерге баға белгіленіп қойған", "На эти дни цена уже задана",
                  "There is a price for these days already")


class SecondPersonNeeded(Refusal):
    """Money is earned under this programme's rates: one person's word changes none of them, of coming days neither."""

    code = "second_person_needed"
    words = Words("Тарифті екінші адам бекітуі керек", "Тариф должен утвердить второй человек",
                  "A second person must approve the rate: propose a change")


class Dated(Protocol):
    """A price to be: `value` of `what`, from its first to its last day (none: until further notice)."""

    @property
    def what(self) -> Any: ...
    @property
    def value(self) -> Decimal | int: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NewTariff:
    """`coefficient` of the monthly index per tonne."""

    category: str
    stage: str
    coefficient: Decimal
    valid_from: date
    source: str
    valid_to: date | None = None

    @property
    def what(self) -> tuple[str, str]:
        return self.category, self.stage

    @property
    def value(self) -> Decimal:
        return self.coefficient


@dataclass(frozen=True, slots=True)
class NewIndex:
    """The monthly calculation index (МРП), in tiyn."""

    tiyn: int
    valid_from: date
    source: str
    valid_to: date | None = None
    what = "index"

    @property
    def value(self) -> int:
        return self.tiyn


@dataclass(frozen=True, slots=True)
class NewVat:
    percent: Decimal
    valid_from: date
    source: str
    valid_to: date | None = None
    what = "vat"

    @property
    def value(self) -> Decimal:
        return self.percent


def set_tariffs(*, actor: Actor, at: datetime, programme: str, tariffs: Sequence[NewTariff]) -> list[Price]:
    """Add dated coefficients to a programme; one that starts on a coming day ends the open row before it.

    Errors: NotFound (programme); PricesClash; Unprocessable with every unknown category or stage, coefficient out of
    bounds (more than 0, at most MAX_COEFFICIENT, four decimals) and period that ends before it starts; SecondPersonNeeded
    (by a person, where a contract of the programme was approved: whoever approved it approved it at the rates it had).
    """
    programme_id = _programme(programme)
    judge_tariffs(tariffs)
    if actor.user_id is not None and Contract.objects.filter(programme=programme_id, approved_at__isnull=False).exists():
        raise SecondPersonNeeded
    _make_room(actor, at, Tariff, tariffs, queries.tariff_prices(programme_id))
    if any(one.valid_from <= almaty_date(at) for one in tariffs):  # days that had no price: what came on them has one now
        hold_prices(changing=True)
        outbox.work(task=RING, object_id=programme_id, at=at)
    return _add(actor, at, Tariff, tariffs, _tariff(programme_id, at))


def judge_tariffs(tariffs: Sequence[NewTariff]) -> None:
    """Raise Unprocessable with every unknown category or stage, coefficient out of bounds and period the wrong way round."""
    known = set(Category.objects.values_list("code", flat=True))
    _judge(tariffs, "coefficient", MAX_COEFFICIENT, (
        defect for n, one in enumerate(tariffs) for wrong, defect in (
            (one.category not in known,
             Defect(pointer(tariffs, n, "category"), "unknown_category", {"value": one.category})),
            (one.stage not in STAGES,
             Defect(pointer(tariffs, n, "stage"), "not_a_choice", {"choices": list(STAGES)})),
        ) if wrong
    ))


def set_index(*, actor: Actor, at: datetime, indexes: Sequence[NewIndex]) -> list[Price]:
    """Add values of the monthly calculation index. Errors: PricesClash, Unprocessable."""
    _judge(indexes, "tiyn", MAX_INDEX_TIYN)
    _make_room(actor, at, IndexValue, indexes, queries.index_prices())
    if any(one.valid_from <= almaty_date(at) for one in indexes):
        hold_prices(changing=True)
        for programme_id in Programme.objects.values_list("id", flat=True):
            outbox.work(task=RING, object_id=programme_id, at=at)
    return _add(actor, at, IndexValue, indexes, _index)


def set_vat(*, actor: Actor, at: datetime, rates: Sequence[NewVat]) -> list[Price]:
    """Add VAT rates, in percent. Errors: PricesClash, Unprocessable."""
    _judge(rates, "percent", Decimal(100))
    _make_room(actor, at, VatRate, rates, queries.vat_prices())
    return _add(actor, at, VatRate, rates, _vat)


def load_published_prices(*, actor: Actor, at: datetime, programme: str) -> int:
    """Give a programme the published coefficients, and the country its index and VAT; the number of rows added.

    Source: the tables in `data/`, each row with its own. What is there already stays: a second call adds nothing.
    """
    programme_id = _programme(programme)
    tables: tuple[tuple[type[Model], list[Any], list[Price], Callable[[Any], Model]], ...] = (
        (Tariff, [NewTariff(row["category"], row["stage"], Decimal(row["coefficient"]), **_dated(row))
                  for row in _read("tariffs")], queries.tariff_prices(programme_id), _tariff(programme_id, at)),
        (IndexValue, [NewIndex(int(row["tiyn"]), **_dated(row)) for row in _read("indexes")],
         queries.index_prices(), _index),
        (VatRate, [NewVat(Decimal(row["percent"]), **_dated(row)) for row in _read("vat")],
         queries.vat_prices(), _vat),
    )
    added = 0
    for model, table, old, build in tables:
        missing = [one for one in table
                   if not any(one.what == price.what and _period(one).meets(price.period) for price in old)]
        added += len(_add(actor, at, model, missing, build))
    return added


def _programme(code: str) -> UUID:
    found = Programme.objects.filter(code=code).values_list("id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def _period(new: Dated) -> Period:
    return Period(new.valid_from, new.valid_to)


def _judge(new: Sequence[Dated], name: str, limit: Decimal | int, more: Iterable[Defect] = ()) -> None:
    """Raise Unprocessable for every value outside (0, limit] and every period that ends before it starts."""
    defects = list(more)
    for n, one in enumerate(new):
        if not 0 < one.value <= limit:
            defects.append(Defect(pointer(new, n, name), "out_of_range", {"above": 0, "max": str(limit)}))
        elif round(one.value, DECIMALS[name]) != one.value:  # never rounded in silence
            defects.append(Defect(pointer(new, n, name), "too_many_decimals", {"max": DECIMALS[name]}))
        if one.valid_to is not None and one.valid_to < one.valid_from:
            defects.append(Defect(pointer(new, n, "valid_to"), "period_ends_before_it_starts"))
    if defects:
        raise Unprocessable(defects=defects)


def _make_room(actor: Actor, at: datetime, model: type[Model], new: Sequence[Dated], old: Sequence[Price]) -> None:
    """Raise PricesClash, or end the open rows that the new ones follow. The exclusion constraint decides races."""
    found = fit([(one.what, _period(one)) for one in new], old, today=almaty_date(at))
    if found.clashes:
        raise PricesClash(defects=[
            Defect(pointer(new, n, "valid_from"), PricesClash.code,
                   {"from": other.first.isoformat(), "to": other.last and other.last.isoformat()})
            for n, other in found.clashes
        ])
    for price, last in found.cut:
        pk = price.id if model is Tariff else price.id.int
        model._default_manager.filter(pk=pk).update(valid=DateRange(price.period.first, last + DAY))
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line(f"{NOUNS[model]}.end", NOUNS[model], price.id, {"valid_to": None}, {"valid_to": last})
        for price, last in found.cut
    ])


def _add(actor: Actor, at: datetime, model: type[Model], new: Sequence[Dated],
         build: Callable[[Any], Model]) -> list[Price]:
    rows = model._default_manager.bulk_create([build(one) for one in new])
    prices = [
        # Index and VAT rows have running numbers; in audit lines and answers they stand as UUIDs of the same value.
        Price(one.what, one.value, _period(one), one.source, row.pk if model is Tariff else UUID(int=row.pk))
        for row, one in zip(rows, new, strict=True)
    ]
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line(f"{NOUNS[model]}.create", NOUNS[model], price.id, after={
            "what": price.what, "value": str(price.value), "from": price.period.first, "to": price.period.last,
            "source": price.source,
        }) for price in prices
    ])
    return prices


NOUNS: dict[type[Model], str] = {Tariff: "tariff", IndexValue: "index", VatRate: "vat"}


def _tariff(programme_id: UUID, at: datetime) -> Callable[[NewTariff], Tariff]:
    return lambda one: Tariff(id=uuid7(at), programme_id=programme_id, category_id=one.category, stage=one.stage,
                              coefficient=one.coefficient, valid=_range(one), source=one.source)


def _index(one: NewIndex) -> IndexValue:
    return IndexValue(tiyn=one.tiyn, valid=_range(one), source=one.source)


def _vat(one: NewVat) -> VatRate:
    return VatRate(percent=one.percent, valid=_range(one), source=one.source)


def _range(new: Dated) -> DateRange:
    return DateRange(new.valid_from, new.valid_to and new.valid_to + DAY)


def _read(name: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _dated(row: dict[str, str]) -> dict[str, Any]:
    return {
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None, "source": row["source"],
    }
