"""One endpoint: its actions, what it reads, what it replies. See the package's docstring for an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from collection.accounts.rights import ACTIONS
from collection.kernel.actor import ANONYMOUS
from collection.kernel.refusals import Defect

from . import throttles, versions
from .fields import Nothing, StrictQuery, StrictSerializer
from .language import language_of
from .parsing import document
from .refusals import Malformed

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class HouseView(APIView):
    """A view that is refused by the house unless it names an action of the table of rights for each of its methods."""

    actions: ClassVar[Mapping[str, str]] = {}
    queries: ClassVar[Mapping[str, type[StrictQuery]]] = {}
    bodies: ClassVar[Mapping[str, type[StrictSerializer]]] = {}
    replies: ClassVar[Mapping[str, Any]] = {}  # Reply serializers, for the schema; None: no content
    statuses: ClassVar[Mapping[str, int]] = {}
    operation_ids: ClassVar[Mapping[str, str]] = {}
    keyed: ClassVar[bool] = True  # POST demands Idempotency-Key (said in the schema, kept by `write`)
    etags: ClassVar[frozenset[str]] = frozenset()  # methods that demand If-Match (said in the schema)
    authenticates: ClassVar[bool] = True  # False where a stale Authorization header must not get in the way
    gated: ClassVar[bool] = True  # False where an app that is too old is answered all the same
    format_kwarg = None
    http_method_names = [*(method.lower() for method in METHODS), "head"]
    default_response_headers: ClassVar[dict[str, str]] = {}  # type: ignore[assignment]

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if abstract:  # a shape for views, no view itself
            return
        for method in METHODS:
            action = cls.actions.get(method)
            if hasattr(cls, method.lower()) != (action is not None):
                raise TypeError(f"{cls.__name__}: {method} must have both a handler and an action, or neither.")
            if action is not None and action not in ACTIONS:
                raise TypeError(f"{cls.__name__}: {action!r} is not an action of collection.accounts.rights.")

    def get_authenticators(self) -> list[Any]:
        return super().get_authenticators() if self.authenticates else []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        request.language = language_of(request)
        request.actor = request.user or replace(ANONYMOUS, request_id=request.request_id)
        if request.user is None:
            throttles.count(request)
        if self.gated:
            versions.judge(request)
        self.check_permissions(request)
        if self.asked not in self.queries and request.META.get("QUERY_STRING"):
            read_query(request, StrictQuery)
        if self.asked in ("POST", "PUT", "PATCH", "DELETE") and self.asked not in self.bodies:
            Nothing.read(document(request, optional=True))

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        throttles.describe(request, response)
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def asked(self) -> str:
        """The method that was asked for; HEAD is a GET whose body the server keeps to itself."""
        return "GET" if self.request.method == "HEAD" else self.request.method

    def query(self) -> dict[str, Any]:
        """The checked query parameters of this method (`queries`)."""
        return read_query(self.request, self.queries[self.asked])

    def body(self) -> dict[str, Any]:
        """The checked body of this method (`bodies`)."""
        return self.bodies[self.asked].read(document(self.request))


def read_query(request: Request, serializer: type[StrictQuery]) -> dict[str, Any]:
    """Query parameters, each once, in UTF-8, all known to `serializer`."""
    try:
        unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(defects=[Defect("", "not_utf8")]) from None
    given = request.GET
    repeated = [Defect(f"/{name[:100]}", "repeated") for name, values in given.lists() if len(values) > 1]
    if repeated:
        raise Malformed(defects=repeated)
    return serializer.read(given.dict())
