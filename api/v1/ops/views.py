"""A phone's queue, sent in one go: each operation is the request it would have been, and has its own result."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from uuid import UUID

import orjson
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from rest_framework.request import Request

from api.http import problems
from api.http.rendering import JSON, dumps, reply
from api.http.views import HouseView
from api.http.writes import Queued
from collection.kernel.db import now, rows

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
    is told as it is now) or rejected; the next is tried all the same, unless it depends on one that was not done: then it is
    blocked. Without a `base_version` it is done to the object as those left it. Where the house is too busy, or fails, the
    rest is not tried and may be sent again as it is.
    """

    actions = {"POST": "sync.read"}
    bodies = {"POST": serializers.OperationsForm}
    replies = {"POST": serializers.ResultsReply}
    operation_ids = {"POST": "sendOperations"}
    keyed = False  # each operation has a key of its own

    def post(self, request: Request) -> HttpResponse:
        asked, results, stopped = self.body(), [], False
        skew_s = round((now() - asked["sent_at"]).total_seconds()) if "sent_at" in asked else None
        wanted = {key for one in asked["operations"] for key in one.get("depends_on", ())}
        done = set(noted(request, wanted))
        left: dict[UUID, tuple[str, str]] = {}
        for number, one in enumerate(asked["operations"]):
            blocked_by = [key for key in one.get("depends_on", ()) if key not in done]
            result: dict[str, Any] = {"key": one["key"], "outcome": "not_tried", "status": None, "body": None, "object": None,
                                      "blocked_by": blocked_by, "occurred_at": None, "recorded_at": None, "skew_s": None}
            results.append(result)
            if stopped:
                continue
            if blocked_by:
                result["outcome"] = "blocked"
                continue
            device = request.META.get("HTTP_X_INSTALLATION_ID", "")[:64]
            response = sent(request, one, Queued(one["key"], device, one.get("occurred_at"), skew_s), number,
                            seen=[left[key] for key in one.get("depends_on", ()) if key in left])
            stopped = response.status_code >= 500 or "Retry-After" in response
            result["outcome"] = "not_tried" if stopped else outcome_of(response)
            result["status"] = response.status_code
            result["body"] = orjson.Fragment(response.content) if response.content else None
            if result["outcome"] == "conflict":
                result["object"] = standing(request, one["path"])
            if result["outcome"] in ("applied", "replayed"):
                done.add(one["key"])
                left[one["key"]] = (id_in(response.content), response.get("ETag", ""))
        kept = noted(request, done)
        for result in results:
            if result["outcome"] in ("applied", "replayed"):
                result |= kept.get(result["key"], {})
        return reply({"skew_s": skew_s, "results": results})


def noted(request: Request, keys: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """When those of the caller's operations took effect: by the device's clock and by ours."""
    if not keys:
        return {}
    found = rows("SELECT key, occurred_at, recorded_at, skew_s FROM api_queuedoperation WHERE actor_id = %s AND key = ANY (%s)",
                 [request.actor.user_id, list(keys)])
    return {row.pop("key"): row for row in map(dict, found)}


def outcome_of(response: HttpResponse) -> str:
    if response.status_code < 300:
        return "replayed" if "Idempotency-Replayed" in response else "applied"
    return "conflict" if response.status_code in (409, 410, 412) else "rejected"


def standing(request: Request, path: str) -> orjson.Fragment | None:
    """The object a path speaks of, as the caller may see it now."""
    thing = THING.fullmatch(path)
    response = asked(request, "GET", thing[1]) if thing else None
    return orjson.Fragment(response.content) if response is not None and response.status_code == 200 else None


def id_in(content: bytes) -> str:
    """The id of the object that was answered, if it was one."""
    answered = orjson.loads(content) if content else None
    return str(answered.get("id", "")) if isinstance(answered, dict) else ""


def sent(request: Request, one: dict[str, Any], queued: Queued, number: int, seen: list[tuple[str, str]]) -> HttpResponse:
    """`seen`: ids and ETags of what the operations left that this one depends on. Without a version of its own it is done
    to the object as they left it: a phone without a network cannot know the number."""
    headers = {"HTTP_IDEMPOTENCY_KEY": str(one["key"])} if one["method"] == "POST" else {}
    if "base_version" in one:
        headers["HTTP_IF_MATCH"] = f'"{one["base_version"]}-{request.actor.role}"'
    elif tags := [tag for thing, tag in seen if tag and thing and f"/{thing}/" in f"/{one['path']}/"]:
        headers["HTTP_IF_MATCH"] = tags[-1]
    path = one["path"].lstrip("/")
    return asked(request, one["method"], "-" if NOT_QUEUED.fullmatch(path) else path,
                 dumps(one["body"]) if "body" in one else b"", headers, queued, number)


def asked(request: Request, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None,
          queued: Queued | None = None, number: int = 0) -> HttpResponse:
    """The answer of one of the house's own routes to the same caller; `number` tells its audit lines from the others'."""
    meta = {name: request.META[name] for name in CARRIED if name in request.META}
    inner = WSGIRequest({
        **meta, **(headers or {}), "REQUEST_METHOD": method, "PATH_INFO": ROOT + path, "QUERY_STRING": "", "SCRIPT_NAME": "",
        "CONTENT_TYPE": JSON if body else "", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)})
    inner.request_id = f"{request.request_id[:60]}.{number}" if queued else request.request_id  # type: ignore[attr-defined]
    inner.queued = queued  # type: ignore[attr-defined]
    try:
        match = resolve(inner.path_info)
    except Resolver404 as unknown:
        return problems.not_found(inner, unknown)
    inner.resolver_match = match
    response: HttpResponse = match.func(inner, *match.args, **match.kwargs)
    return response.render() if hasattr(response, "render") else response
