from __future__ import annotations

from dataclasses import asdict

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page
from api.http.rendering import reply
from api.http.views import HouseView
from collection.contracts.queries import programme_by_code
from collection.custody import queries

from . import serializers


class Records(HouseView):
    """A month's sealed facts for the level-1 registrar (docs/registrar.md), oldest first; a contractor's system gets its own."""

    actions = {"GET": "registrar.read"}
    queries = {"GET": serializers.RegistrarQuery}
    replies = {"GET": serializers.RegistrarRecordsReply}
    operation_ids = {"GET": "listRegistrarRecords"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.records(request.actor, programme=programme_by_code(asked["programme"]).code, month=asked["month"],
                                after=page.after[0] if page.after else 0, limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.record,), render=asdict))
