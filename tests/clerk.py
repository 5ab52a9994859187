"""The clerk: looks over the shoulder of every public verb, in every test, and counts the lines it leaves in the record.

Installed once for the session. A call of a verb that changed rows must have left its audit line: who, when, what, for which
request, and one line for an object, however many rows of it were touched.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
from django.db import connection

from collection.audit import steps

ROOMS = sorted(path.parent.name if path.name == "operations.py" else path.parent.parent.name for path in (
    *Path("collection").glob("*/operations.py"), *Path("collection").glob("*/operations/__init__.py")))
WRITES = re.compile(r'(?<!FOR )(?<!KEY )\b(?:INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)
#: Nobody's deed: the record itself, how far a pass has come, what was computed on the way, and what people were told.
OF_NO_ACCOUNT = re.compile(r"audit_.*|payouts_rated(upto)?|dispatch_(explanation|price|unservedalarm)|notifications_.*|set")
#: Their counting of tries and changing of tokens is no deed; a session begun, or ended for a stolen token, has its line.
MAY_BE_SILENT = {"accounts.redeem_code", "accounts.refresh"}
VERB = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass
class Call:
    verb: str
    actor: Any
    at: Any
    tables: set[str] = field(default_factory=set)
    lines: list[tuple[Any, ...]] = field(default_factory=list)

    def sql(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        done = execute(sql, params, many, context)
        if context["cursor"].rowcount > 0 and _now.call is self:
            self.tables.update(table for table in WRITES.findall(str(sql)) if not OF_NO_ACCOUNT.fullmatch(table.lower()))
        return done

    def wrong(self) -> Iterator[str]:
        if self.tables and not self.lines and self.verb not in MAY_BE_SILENT:
            yield f"changed {sorted(self.tables)} without a line"
        seen = set()
        for at, user, role, organisation, request, verb, noun, thing, before, after in self.lines:
            by = self.actor
            signed_in_by_it = by.user_id is None and by.role == "anon"
            if request != by.request_id or (not signed_in_by_it and (user, role, organisation) != (
                    by.user_id, by.role, by.organisation_id)):
                yield f"{verb} is not by its actor"
            if at != self.at:
                yield f"{verb} is not of its time"
            if not VERB.fullmatch(verb) or not noun:
                yield f"{verb} on {noun!r} is not a verb on something"
            if not before and not after:
                yield f"{verb} says nothing of what changed"
            if (noun, thing) in seen:
                yield f"{verb} is the second line on {noun} {thing}"
            seen.add((noun, thing))


_now = threading.local()


def verbs() -> dict[str, Callable[..., Any]]:
    """Every public function of every room's operations that is done by somebody: `custody.weigh` -> the function."""
    return {name: verb for name, verb in functions().items() if "actor" in inspect.signature(verb).parameters}


def functions() -> dict[str, Callable[..., Any]]:
    found = {}
    for room in ROOMS:
        module = operations(room)
        for name in getattr(module, "__all__", None) or vars(module):
            one = getattr(module, name)
            if inspect.isfunction(one) and not name.startswith("_") and one.__module__.startswith(module.__name__):
                found[f"{room}.{name}"] = inspect.unwrap(one)
    return found


def operations(room: str) -> ModuleType:
    return importlib.import_module(f"collection.{room}.operations")


def watched(name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(verb)
    def call(*args: Any, **given: Any) -> Any:
        outer = getattr(_now, "call", None)  # a verb calls no other, but a test may act in the middle of one
        _now.call = seen = Call(name, given["actor"], given.get("at"))
        try:
            with connection.execute_wrapper(seen.sql):
                done = verb(*args, **given)
        finally:
            _now.call = outer
        wrong = list(seen.wrong())
        assert not wrong, f"{name}: {'; '.join(wrong)}"
        return done

    return call


def noting(execute: Callable[..., int]) -> Callable[..., int]:
    """The one statement that writes lines; what it was given is kept for the call that is being watched."""
    def note(sql: str, params: Any = (), **how: Any) -> int:
        call = getattr(_now, "call", None)
        if call is not None and "audit_auditline" in sql:
            at, user, role, organisation, request, *columns = params
            for verb, noun, thing, before, after in zip(*columns, strict=True):
                call.lines.append((at, user, role, organisation, request, verb, noun, thing,
                                   orjson.loads(before), orjson.loads(after)))
        return execute(sql, params, **how)

    return note


def install() -> None:
    vars(steps)["execute"] = noting(steps.execute)
    for name, verb in verbs().items():
        room, _, short = name.partition(".")
        vars(operations(room))[short] = watched(name, verb)
