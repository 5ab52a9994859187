"""A step of something's life, as an endpoint: `POST .../{id}/approve`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from .etags import if_match
from .views import HouseView
from .writes import write


class Step(HouseView, abstract=True):
    """One verb, told by name: the id of the path, the version of If-Match and what the body says.

    A subclass names its `actions`, `replies` and `verb`; `bodies` and `statuses` where the step has them.
    """

    etags = frozenset({"POST"})
    verb: ClassVar[Callable[..., Any]]

    def post(self, request: Request, **of: UUID) -> HttpResponse:
        said, version = self.said(), if_match(request)
        return write(
            request, lambda actor, at: self.verb(actor=actor, at=at, version=version, **of, **said),
            render=self.render, status=self.statuses.get("POST", 200))

    def said(self) -> dict[str, Any]:
        """What goes to the verb besides: the checked body, if the step has one."""
        return self.body() if "POST" in self.bodies else {}

    def render(self, result: Any) -> Any:
        """The verb's result as its reply."""
        return asdict(result)
