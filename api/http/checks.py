"""Django system checks: no route under the API without an owner in the table of rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from .views import HouseView

#: Routes that are plain Django views on purpose: they are public, read nothing and know nobody.
PLAIN = {"livez", "readyz", "docs", "openapi"}


def api_routes() -> Iterator[tuple[str, URLPattern]]:
    """Every (path, pattern) under `api/v1/`, and the plain ones, as the resolver knows them."""
    yield from _walk("", get_resolver().url_patterns)


def _walk(prefix: str, patterns: Any) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(path, pattern.url_patterns)
        elif path.startswith("api/"):
            yield path, pattern


@register(Tags.security)
def every_route_has_an_action(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """A route under api/ is a HouseView (which cannot exist without actions) or on the short list of plain ones."""
    found = []
    names: dict[str, str] = {}
    for path, pattern in api_routes():
        view = getattr(pattern.callback, "cls", None)
        if pattern.name not in PLAIN and not (isinstance(view, type) and issubclass(view, HouseView) and view.actions):
            found.append(Error(f"{path}: not a HouseView with actions, so anybody could do it.", id="house.E001"))
        if pattern.name is None or names.setdefault(pattern.name, path) != path:
            found.append(Error(f"{path}: needs a route name of its own (has {pattern.name!r}).", id="house.E002"))
    return found
