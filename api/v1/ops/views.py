"""A phone's queue, sent in one go: each operation is the request it would have been, and has its own result."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import orjson
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from rest_framework.request import Request

from api.http import problems
from api.http.rendering import JSON, dumps, reply
from api.http.views import HouseView

from . import serializers

ROOT = "/api/v1/"
#: The caller, the language and the house's own marks go with every operation.
CARRIED = ("HTTP_AUTHORIZATION", "HTTP_X_INSTALLATION_ID", "HTTP_ACCEPT_LANGUAGE", "HTTP_USER_AGENT", "HTTP_HOST",
           "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme",
           "wsgi.errors")
#: Queues are for work: who signs in, or sends a queue within a queue, does it by itself.
NOT_QUEUED = re.compile(r"(ops|auth/.*|uploads/.*)")
THING = re.compile(r"([a-z-]+/[0-9a-f-]{36})(/.*)?")


class Operations(HouseView):
    """Do a queue of operations in order, each in its own transaction and under its own key.

    Each is applied, replayed (it had been done: the same answer again), in conflict (the server's state wins, and the object
    is told as it is now) or rejected; the next is tried all the same. Where the house is too busy, or fails, the rest is not
    tried and may be sent again as it is.
    """

    actions = {"POST": "sync.read"}
    bodies = {"POST": serializers.OperationsForm}
    replies = {"POST": serializers.ResultsReply}
    operation_ids = {"POST": "sendOperations"}
    keyed = False  # each operation has a key of its own

    def post(self, request: Request) -> HttpResponse:
        results: list[dict[str, Any]] = []
        stopped = False
        for one in self.body()["operations"]:
            if stopped:
                results.append({"key": one["key"], "outcome": "not_tried", "status": None, "body": None, "object": None})
                continue
            response = sent(request, one)
            stopped = response.status_code >= 500 or "Retry-After" in response
            outcome = "not_tried" if stopped else outcome_of(response)
            results.append({
                "key": one["key"], "outcome": outcome, "status": response.status_code,
                "body": orjson.Fragment(response.content) if response.content else None,
                "object": standing(request, one["path"]) if outcome == "conflict" else None})
        return reply({"results": results})


def outcome_of(response: HttpResponse) -> str:
    if response.status_code < 300:
        return "replayed" if "Idempotency-Replayed" in response else "applied"
    return "conflict" if response.status_code in (409, 410, 412) else "rejected"


def standing(request: Request, path: str) -> orjson.Fragment | None:
    """The object a path speaks of, as the caller may see it now."""
    thing = THING.fullmatch(path)
    response = asked(request, "GET", thing[1]) if thing else None
    return orjson.Fragment(response.content) if response is not None and response.status_code == 200 else None


def sent(request: Request, one: dict[str, Any]) -> HttpResponse:
    headers = {"HTTP_IDEMPOTENCY_KEY": str(one["key"])} if one["method"] == "POST" else {}
    if "base_version" in one:
        headers["HTTP_IF_MATCH"] = f'"{one["base_version"]}-{request.actor.role}"'
    path = one["path"].lstrip("/")
    return asked(request, one["method"], "-" if NOT_QUEUED.fullmatch(path) else path,
                 dumps(one["body"]) if "body" in one else b"", headers)


def asked(request: Request, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> HttpResponse:
    """The answer of one of the house's own routes to the same caller."""
    meta = {name: request.META[name] for name in CARRIED if name in request.META}
    inner = WSGIRequest({
        **meta, **(headers or {}), "REQUEST_METHOD": method, "PATH_INFO": ROOT + path, "QUERY_STRING": "", "SCRIPT_NAME": "",
        "CONTENT_TYPE": JSON if body else "", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)})
    inner.request_id = request.request_id  # type: ignore[attr-defined]
    try:
        match = resolve(inner.path_info)
    except Resolver404 as unknown:
        return problems.not_found(inner, unknown)
    inner.resolver_match = match
    response: HttpResponse = match.func(inner, *match.args, **match.kwargs)
    return response.render() if hasattr(response, "render") else response
