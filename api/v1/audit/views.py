from __future__ import annotations

from dataclasses import asdict

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page, PageQuery
from api.http.rendering import reply
from api.http.views import HouseView
from collection.audit import queries

from . import serializers


class Lines(HouseView):
    """Who did what to what, newest first; of one object, of one verb, since a time."""

    actions = {"GET": "audit.read"}
    queries = {"GET": serializers.LinesQuery}
    replies = {"GET": serializers.AuditLinesReply}
    operation_ids = {"GET": "listAuditLines"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.lines(
            **{name: asked.get(name) for name in ("object_type", "object_id", "verb", "since")},
            after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=asdict))


class History(HouseView):
    """Rows of contracts, prices and organisations before and after each change, newest first."""

    actions = {"GET": "history.read"}
    queries = {"GET": serializers.HistoryQuery}
    replies = {"GET": serializers.HistoryReply}
    operation_ids = {"GET": "listRowHistory"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.row_history(object_type=asked.get("object_type"), object_id=asked.get("object_id"),
                                    after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=asdict))


class Anchors(HouseView):
    """The daily anchors, newest first, to be compared with copies kept elsewhere."""

    actions = {"GET": "audit.verify"}
    queries = {"GET": PageQuery}
    replies = {"GET": serializers.AnchorsReply}
    operation_ids = {"GET": "listAuditAnchors"}

    def get(self, request: Request) -> HttpResponse:
        page = Page.of(request, self.query())
        found = queries.anchors(after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.number,), render=asdict))
