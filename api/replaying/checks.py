"""A JSON document read strictly: every defect is found, and said in words at its JSON pointer.

A check takes a value, where it is, and the list of defects; it gives the checked value, or adds a line and gives None.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

Check = Callable[[Any, str, list[str]], Any]


def wrong(at: str, defects: list[str], what: str) -> Any:
    """Note the defect; None, which stands for the value from here on."""
    defects.append(f"{at or '/'}: {what}")
    return None


def text(pattern: str = "", what: str = "", *, longest: int = 200) -> Check:
    """Text that is not blank; `pattern` (ASCII) must match the whole, `what` says so in words."""
    def check(value: Any, at: str, defects: list[str]) -> str | None:
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            return wrong(at, defects, f"must be text of 1 to {longest} characters")
        if pattern and not re.fullmatch(pattern, value, re.ASCII):
            return wrong(at, defects, f"{value!r} must be {what or pattern}")
        return value

    return check


def one_of(choices: Collection[str]) -> Check:
    def check(value: Any, at: str, defects: list[str]) -> str | None:
        if not isinstance(value, str) or value not in choices:
            return wrong(at, defects, f"must be one of {', '.join(choices)}{_perhaps(value, choices)}")
        return value

    return check


def integer(least: int, most: int) -> Check:
    def check(value: Any, at: str, defects: list[str]) -> int | None:
        if type(value) is not int or not least <= value <= most:
            return wrong(at, defects, f"must be a whole number from {least:,} to {most:,}")
        return value

    return check


def number(least: float = -math.inf, most: float = math.inf) -> Check:
    def check(value: Any, at: str, defects: list[str]) -> float | None:
        if type(value) is not int and not isinstance(value, Decimal | float):
            return wrong(at, defects, "must be a number")
        if not least <= value <= most:
            return wrong(at, defects, f"must be from {least} to {most}")
        return float(value)

    return check


def nullable(inner: Check) -> Check:
    return lambda value, at, defects: None if value is None else inner(value, at, defects)


def list_of(inner: Check, *, length: int | None = None) -> Check:
    """A tuple of what `inner` gives; of exactly `length` items, or of at least one."""
    def check(value: Any, at: str, defects: list[str]) -> tuple[Any, ...] | None:
        if not isinstance(value, list) or not value or (length is not None and len(value) != length):
            return wrong(at, defects, f"must be a list of {length if length is not None else 'one or more'} items")
        return tuple(inner(one, f"{at}/{n}", defects) for n, one in enumerate(value))

    return check


def table_of(inner: Check) -> Check:
    """An object whose names are the author's own."""
    def check(value: Any, at: str, defects: list[str]) -> dict[str, Any] | None:
        if not isinstance(value, dict) or not value:
            return wrong(at, defects, "must be an object with at least one entry")
        return {name: inner(one, f"{at}/{_escaped(name)}", defects) for name, one in value.items()}

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, tuple[Check, Any]] | None = None) -> Check:
    """An object with these names and no others; `optional`: name -> (check, what it is when left out)."""
    optional = optional or {}
    known = [*required, *optional]

    def check(value: Any, at: str, defects: list[str]) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            return wrong(at, defects, "must be an object")
        for name in value:
            if name not in known:
                wrong(f"{at}/{_escaped(name)}", defects,
                      f"is unknown here{_perhaps(name, known)}; known: {', '.join(known)}")
        for name in required:
            if name not in value:
                wrong(f"{at}/{name}", defects, "is missing")
        found = {name: inner(value[name], f"{at}/{name}", defects) for name, inner in required.items() if name in value}
        for name, (inner, otherwise) in optional.items():
            found[name] = inner(value[name], f"{at}/{name}", defects) if name in value else otherwise
        return found

    return check


def _perhaps(value: Any, known: Collection[str]) -> str:
    near = difflib.get_close_matches(value, known, n=1) if isinstance(value, str) else []
    return f" (did you mean {near[0]}?)" if near else ""


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
