"""What a check is: how many things were looked at, and which of them break the rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from collection.kernel.db import rows


@dataclass(frozen=True, slots=True)
class Found:
    """`checked` things were looked at; `broken` names those (at most `check.NAMED`) that are not as they should be, of `n`."""

    checked: int
    n: int = 0
    broken: tuple[str, ...] = ()


#: So many broken things are named; the number of all is always told.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence that must be true, and how to see whether it is."""

    says: str
    look: Callable[[], Found]


@dataclass(frozen=True, slots=True)
class Invariant:
    id: str
    title: str
    checks: tuple[Check, ...]


def sql(says: str, of: str, broken: str) -> Check:
    """A check in two statements: `of` gives the number looked at as `n`, `broken` a row with `id` for each that breaks it."""
    def look() -> Found:
        wrong = [str(row["id"]) for row in rows(broken)]
        return Found(int(rows(of)[0]["n"]), len(wrong), tuple(wrong[:NAMED]))

    return Check(says, look)


def every(table: str, where: str = "true") -> str:
    return f"SELECT count(*) AS n FROM {table} WHERE {where}"


def found(checked: int, broken: list[str]) -> Found:
    return Found(checked, len(broken), tuple(broken[:NAMED]))
