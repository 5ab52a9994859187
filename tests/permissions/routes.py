"""Every route and method of the API, as the resolver knows them, and requests that are formally right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from rest_framework import serializers

from api.http import checks, fields

PLACE = re.compile(r"(?:(?P<noun>[\w-]+)/)?<(?:(?P<kind>\w+):)?\w+>")
#: Texts that satisfy the patterns in use; the first that fits is taken.
SAMPLES = ("x", "+77011234567", "123456", "010102", "750000000", "glass", "live", "001ABC02", "2.5", "a" * 64, "A" * 22,
           "900115300017", "KZ86125KZT5004100100", "710", "KCJBKZKX", "0123456789ABCDEF")


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path. `path` keeps its `<uuid:...>` places."""

    method: str
    path: str
    name: str
    action: str
    view: Any

    def __str__(self) -> str:
        return f"{self.method} /{self.path}"

    @property
    def nouns(self) -> list[str]:
        """Whose ids stand in the path: `contracts/<uuid:contract_id>/approve` -> contracts."""
        return [match["noun"] for match in PLACE.finditer(self.path)]

    def at(self, things: Mapping[str, str]) -> str:
        """The path with the ids of these things, by noun, or with ids nobody has; and the query it cannot do without."""
        def fill(match: re.Match[str]) -> str:
            unknown = str(uuid4()) if match["kind"] == "uuid" else "1" if match["kind"] == "int" else "unknown"
            return f"{match['noun']}/{things.get(match['noun'], unknown)}"

        query = self.view.queries.get(self.method)
        needed = sample(query(), things) if query else {}
        return PLACE.sub(fill, self.path) + ("?" + "&".join(f"{k}={v}" for k, v in needed.items()) if needed else "")

    def body(self, things: Mapping[str, str]) -> Any:
        """A body that can be read; whether it makes sense is another question."""
        form = self.view.bodies.get(self.method)
        return None if form is None else b"-" if isinstance(form, dict) else sample(form(), things)


def every_route() -> list[Route]:
    """Without `api/v1/` before the path; the one that closes the caller's session last."""
    def found() -> Iterator[Route]:
        for path, pattern in checks.api_routes():
            view = getattr(pattern.callback, "cls", None)
            for method, action in (view.actions if view else {}).items():
                yield Route(method, path.removeprefix("api/v1/"), pattern.name or "", action, view)

    return sorted(found(), key=lambda route: route.action == "session.logout")


def sample(field: Any, things: Mapping[str, str]) -> Any:
    """A value the field can read: of objects what is required, or else one thing; of choices the first."""
    match field:
        case serializers.ListSerializer() | serializers.ListField():
            child = sample(field.child, things)
            return [child] * max(1, getattr(field, "min_length", None) or 0)
        case serializers.Serializer():
            writable = {name: one for name, one in field.fields.items() if not one.read_only}
            needed = [name for name, one in writable.items() if one.required]
            needed += list(getattr(field, "one_of", ()))[:1]
            chosen = needed if needed or isinstance(field, fields.StrictQuery) else list(writable)[:1]
            return {name: sample(writable[name], things) for name in chosen}
        case fields.Id():
            return str(uuid4())
        case fields.GeoPoint():
            return {"type": "Point", "coordinates": [76.9286, 43.2567]}
        case fields.Degrees():
            return "43.2567" if field.limit == 90 else "76.9286"
        case fields.Instant():
            return "2026-03-02T10:00:00+05:00"
        case fields.Clock():
            return "08:00"
        case fields.Day():
            return "2026-03-02"
        case fields.Month():
            return "2026-03"
        case serializers.ChoiceField():
            return next(iter(field.choices))
        case serializers.BooleanField():
            return True
        case fields.StrictNumber():
            return 1
        case serializers.IntegerField():
            return max(1, field.min_value or 0)
        case fields.Text() if field.field_name == "programme":
            return things.get("programmes", "unknown")
        case fields.Text():
            return next(text for text in (*SAMPLES, "x" * field.shortest) if fits(field, text))
    raise TypeError(f"Say in {__name__} what a valid {type(field).__name__} is.")


def fits(field: fields.Text, text: str) -> bool:
    try:
        return bool(field.to_internal_value(text))
    except fields.Wrong:
        return False
