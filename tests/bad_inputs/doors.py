"""Every place where a value can come in: each field of each body and each query parameter of the routes that exist.

A form names all its defects at once, so one bad value in an otherwise empty body is enough to see it named; and a route
that is added tomorrow is judged by the same rows without a new line here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from rest_framework import serializers

from api.http import checks
from api.http.fields import ListOf, StrictSerializer
from collection.accounts.rights import ACTIONS
from tests.api.phone import Phone


@dataclass(frozen=True)
class Door:
    """A method of a route that reads a form, and a role that may use it."""

    method: str
    path: str
    role: str
    form: type[StrictSerializer]

    def send(self, phones: Callable[[str], Phone], body: Any = None, **options: str) -> Any:
        """As somebody of that role, with every header a good request has."""
        good = {"If_Match": f'"1-{self.role}"', "Idempotency_Key": str(uuid4())}
        return phones(self.role).send(self.method, self.path, body, **good | options)


@dataclass(frozen=True)
class Slot:
    """One field of one form: `json("5")` is a body with that literal in it, to be blamed under `pointer`."""

    door: Door
    steps: tuple[str | int, ...]
    field: serializers.Field

    @property
    def pointer(self) -> str:
        return "".join(f"/{step}" for step in self.steps)

    def json(self, literal: str) -> bytes:
        for step in reversed(self.steps):
            literal = f"[{literal}]" if step == 0 else f'{{"{step}": {literal}}}'
        return literal.encode()


@cache
def doors(*, reading: str = "bodies") -> list[Door]:
    """Of the forms that views name in `bodies` (or `queries`), each with some role that has the right."""
    found = []
    for route, pattern in checks.api_routes():
        view = getattr(pattern.callback, "cls", None)
        for method, form in getattr(view, reading, {}).items():
            if isinstance(form, type) and issubclass(form, StrictSerializer):
                path = re.sub(r"<\w+:\w+>", lambda _: str(uuid4()), route.removeprefix("api/v1/"))
                found.append(Door(method, path, role_of(view.actions[method]), form))
    return found


def role_of(action: str) -> str:
    roles = sorted(ACTIONS[action] - {"anon", "newcomer", "house"})
    return roles[0] if roles else "newcomer"


@cache
def slots(kind: type[serializers.Field], *, reading: str = "bodies", ending: str = "") -> list[Slot]:
    """Every field of `kind` whose name has that ending."""
    return [
        Slot(door, steps, field) for door in doors(reading=reading) for steps, field in walk(door.form(), ())
        if isinstance(field, kind) and str(steps[-1]).endswith(ending)
    ]


def walk(form: serializers.Serializer, before: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], serializers.Field]]:
    for name, field in form.fields.items():
        here = (*before, name)
        if isinstance(field, ListOf):
            here, field = (*here, 0), field.child
        if isinstance(field, serializers.Serializer):
            yield from walk(field, here)
        elif not field.read_only:
            yield here, field
