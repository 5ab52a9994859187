"""A test-only endpoint with one field of every kind, and one act that leaves an audit line."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpResponse
from django.urls import include, path
from rest_framework.request import Request

from api.http.etags import if_match
from api.http.fields import (
    Day,
    GeoPoint,
    Id,
    Instant,
    ListOf,
    Month,
    OneOf,
    StrictBoolean,
    StrictInteger,
    StrictSerializer,
    Text,
)
from api.http.pagination import Page, PageQuery
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from collection.audit import steps as audit
from collection.kernel.db import execute
from collection.kernel.refusals import Refusal, StaleVersion

PAUSES = {"before": 0.0}  # how long the verb takes, for tests of two requests at once


class Line(StrictSerializer):
    mass_g = StrictInteger(min_value=1)


class Form(StrictSerializer):
    id = Id(required=False)
    mass_g = StrictInteger(min_value=1, required=False)
    name = Text(max_length=60, required=False)
    note = Text(max_length=60, min_length=0, lines=True, required=False)
    at = Instant(required=False)
    on = Day(required=False)
    month = Month(required=False)
    point = GeoPoint(required=False)
    kind = OneOf(["person", "company"], required=False)
    agreed = StrictBoolean(required=False)
    lines = ListOf(child=Line(), max_length=3, required=False)
    needed = StrictInteger(required=False)
    version = StrictInteger(read_only=True)


class NeededForm(StrictSerializer):
    needed = StrictInteger()
    mass_g = StrictInteger(min_value=1)


class Filter(PageQuery):
    q = Text(max_length=20, required=False)
    since = Instant(required=False)
    only = StrictBoolean(required=False)


class Probe(HouseView):
    actions = {"GET": "pickup.read", "POST": "pickup.submit"}
    queries = {"GET": Filter}
    bodies = {"POST": Form}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        page = Page.of(request, self.query())
        start = 0 if page.after is None else page.after[0]
        rows = [(n,) for n in range(start + 1, 11)][: page.limit + 1]
        return reply(page.answer(rows, position=lambda row: row, render=lambda row: row[0]))

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()

        def act(actor: Any, at: Any) -> dict[str, Any]:
            audit.record(actor=actor, at=at, verb="probe", object_type="probe", object_id=actor.user_id)
            time.sleep(PAUSES["before"])
            return {**asked, "point": list(asked.get("point", ())), "version": 1}

        return write(request, act, render=lambda done: done, status=201)


class Needed(HouseView):
    actions = {"POST": "pickup.submit"}
    bodies = {"POST": NeededForm}

    def post(self, request: Request) -> HttpResponse:
        return reply(self.body())


class Act(HouseView):
    """No body; refuses, keeps, crashes or violates as its path says."""

    actions = {"POST": "pickup.cancel", "PATCH": "pickup.update"}

    def post(self, request: Request, how: str) -> HttpResponse:
        def act(actor: Any, at: Any) -> Any:
            audit.record(actor=actor, at=at, verb=how, object_type="probe", object_id=actor.user_id)
            if how.startswith("locks-"):
                for number in how.split("-")[1:]:
                    execute("SELECT pg_advisory_xact_lock(%s)", [int(number)])
                    time.sleep(0.1)
            if how == "raise":
                raise Refusal(state="done", allowed_actions=["look"])
            if how == "keep":
                return Refusal()
            if how == "crash":
                raise RuntimeError("on purpose")
            if how in ("violate", "lifecycle"):
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '23514', CONSTRAINT = '{how}'; END $$"
                    )
            return None

        return write(request, act, render=lambda done: done)

    def patch(self, request: Request, how: str) -> HttpResponse:
        if if_match(request) != 3:
            raise StaleVersion
        return write(request, lambda actor, at: {"version": 4}, render=lambda done: done)


class One(HouseView):
    actions = {"GET": "pickup.read"}

    def get(self, request: Request, probe_id: UUID) -> HttpResponse:
        return reply({"id": probe_id, "version": 3}, request=request, version=3)


urlpatterns = [
    path("api/v1/probe", Probe.as_view(), name="probe"),
    path("api/v1/probe/needed", Needed.as_view(), name="probe-needed"),
    path("api/v1/probe/act/<str:how>", Act.as_view(), name="probe-act"),
    path("api/v1/probe/<uuid:probe_id>", One.as_view(), name="probe-one"),
    path("", include("api.urls")),
]
handler400 = "api.http.problems.bad_request"
handler404 = "api.http.problems.not_found"
handler500 = "api.http.problems.server_error"
