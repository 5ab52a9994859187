"""How the pages write texts, numbers and dates. Builtin in every template: `{% say "unserved" %}`, `{{ grams|tonnes }}`.

Figures are rounded once, here, from exact integers (half away from zero, as people round); sums are made before.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.utils import translation

from api.v1.catalog.labels import LISTS, STATES
from collection.kernel.calendar import ALMATY
from collection.kernel.db import now
from collection.kernel.words import Words

from .words import MONTHS, WORDS

register = template.Library()
NARROW = "\u202f"  # between thousands, as kk and ru write them


def language() -> str:
    return translation.get_language() or "en"


@register.simple_tag
def say(key: str, **params: Any) -> str:
    """The text under `key` in the page's language; an unknown key is a KeyError, and so a failing test."""
    words = WORDS[key]
    return (words.fill(**params) if params else words).in_language(language())


@register.filter
def words(value: Words | dict[str, str] | None) -> str:
    """A text of a room in the page's language."""
    if isinstance(value, dict):
        value = Words(value.get("kk", ""), value.get("ru", ""), value.get("en", ""))
    return value.in_language(language()) if value else ""


@register.filter
def of(names: dict[str, Words], code: str | None) -> str:
    """What a code is called among `names`; the code itself when nobody named it."""
    return names[code].in_language(language()) if code in names else code or "—"


@register.filter
def at(found: dict[str, Any], name: str) -> Any:
    """What is kept under a name that a template puts together."""
    return found.get(name, "")


@register.filter
def state(value: str, kind: str) -> str:
    """What a code of a lifecycle is called: `{{ pickup.state|state:"pickup_state" }}`."""
    found = STATES.get(kind, {}).get(value) or WORDS.get(f"step_{value}")
    return found.in_language(language()) if found else value


def grouped(value: Decimal, places: int) -> str:
    """1234567.891 as "1 234 567,89" (kk, ru) or "1,234,567.89" (en)."""
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    return text if language() == "en" else text.replace(",", NARROW).replace(".", ",")


@register.filter
def tonnes(grams: int | None, places: int = 0) -> str:
    """Grams as tonnes; with `places` decimals."""
    return "—" if grams is None else grouped(Decimal(grams) / 10**6, places)


@register.filter
def tenge(tiyn: int | None, places: int = 0) -> str:
    return "—" if tiyn is None else grouped(Decimal(tiyn) / 100, places)


@register.filter
def millions(tiyn: int | None) -> str:
    """Tiyn as millions of tenge with one decimal."""
    return "—" if tiyn is None else grouped(Decimal(tiyn) / 10**8, 1)


@register.filter
def count(value: int | float | None, places: int = 0) -> str:
    return "—" if value is None else grouped(Decimal(str(value)), places)


@register.filter
def percent(share: float | None) -> str:
    """0.0633 as "6.3 %"."""
    return "—" if share is None else grouped(Decimal(str(share)) * 100, 1) + "\u00a0%"


@register.filter
def moment(at: datetime | str | None) -> str:
    """An instant as the clock on the wall in Almaty said it."""
    if not at:
        return "—"
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    here = at.astimezone(ALMATY)
    return f"{day(here.date())}, {here:%H:%M}"


@register.filter
def day(value: date | str | None) -> str:
    if not value:
        return "—"
    value = date.fromisoformat(value) if isinstance(value, str) else value
    name = MONTHS[value.month - 1].in_language(language())
    return f"{value.day} {name} {value.year}" if language() != "kk" else f"{value.year} ж. {value.day} {name}"


@register.filter
def month(value: date | str | None) -> str:
    """A month by its name: "2025-08" as "Aug 2025"."""
    if not value:
        return "—"
    value = date.fromisoformat(f"{value[:7]}-01") if isinstance(value, str) else value
    name = MONTHS[value.month - 1].in_language(language())
    return f"{'май' if name == 'мая' else name} {value.year}"  # the one that a day before it bends


@register.filter
def listed(value: str, kind: str) -> str:
    """What a code of a list is called: `{{ line.stage|listed:"stage" }}`."""
    found = LISTS.get(kind, {}).get(value)
    return found.in_language(language()) if found else value


@register.filter
def reason(value: str) -> str:
    """The house's own reasons in words; a person's as they wrote it."""
    found = WORDS.get(f"reason_{value}")
    return found.in_language(language()) if found else value


@register.filter
def key(code: str, kind: str) -> str:
    """The key of a text that is chosen by a code: `{% say rule|key:"rule" %}` says "rule_quota"."""
    return f"{kind}_{code}"


@register.filter
def reasons(contracts: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The three rules that most of these contracts break, for `say`."""
    broken = Counter(rule for one in contracts or () for rule, kept in one["verdicts"].items() if not kept)
    return [{"name": f"rule_{rule}", "n": n} for rule, n in broken.most_common(3)]


@register.filter
def kilometres(metres: int | None) -> str:
    return "—" if metres is None else grouped(Decimal(metres) / 1000, 0 if metres >= 10_000 else 1)


@register.filter
def since(at: datetime | str | None) -> str:
    """How long ago, in the coarsest unit that says enough: "3 d", "5 h", "12 min"."""
    if not at:
        return "—"
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    minutes = max(int((now() - at).total_seconds() // 60), 0)
    for unit, size in (("days", 1440), ("hours", 60)):
        if minutes >= size:
            return say(unit, n=minutes // size)
    return say("minutes", n=minutes)


@register.filter
def short(value: Any) -> str:
    """The end of an id: enough to tell rows apart on a page, and the part of a UUIDv7 that differs."""
    return str(value)[-6:]
