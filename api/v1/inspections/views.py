from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page
from api.http.rendering import reply
from api.http.steps import Step
from api.http.views import HouseView
from api.http.writes import write
from collection.contracts.queries import programme_by_code
from collection.payouts import operations, queries

from . import serializers


class Draws(HouseView):
    """The lotteries of a programme: which loads of a month are inspected."""

    actions = {"GET": "inspection.read", "POST": "inspection.draw"}
    bodies = {"POST": serializers.DrawForm}
    replies = {"GET": serializers.DrawsReply, "POST": serializers.DrawReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listInspectionDraws", "POST": "drawInspections"}

    def get(self, request: Request, code: str) -> HttpResponse:
        programme_by_code(code)
        return reply({"items": [draw_json(one) for one in queries.draws(code)]})

    def post(self, request: Request, code: str) -> HttpResponse:
        """Draw once for a month that is over: the seed, who drew and from what are kept, so anybody can draw it again."""
        asked = self.body()
        return write(request, lambda actor, at: operations.draw_inspections(actor=actor, at=at, programme=code, **asked),
                     render=draw_json, status=201)


class Draw(HouseView):
    """One lottery; it is drawn again each time it is read."""

    actions = {"GET": "inspection.read"}
    replies = {"GET": serializers.DrawReply}
    operation_ids = {"GET": "readInspectionDraw"}

    def get(self, request: Request, draw_id: UUID) -> HttpResponse:
        return reply(draw_json(queries.draw(draw_id)))


class Inspections(HouseView):
    """Loads on which the lot fell, newest first."""

    actions = {"GET": "inspection.read"}
    queries = {"GET": serializers.InspectionQuery}
    replies = {"GET": serializers.InspectionsReply}
    operation_ids = {"GET": "listInspections"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.inspections(draw_id=asked.get("draw_id"), waiting=asked.get("waiting"),
                                    after=page.after and UUID(page.after[0]), limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (str(one.id),), render=inspection_json))


class Inspection(HouseView):
    """One of them, with what was found."""

    actions = {"GET": "inspection.read"}
    replies = {"GET": serializers.InspectionReply}
    operation_ids = {"GET": "readInspection"}

    def get(self, request: Request, inspection_id: UUID) -> HttpResponse:
        found = queries.inspection(inspection_id)
        return reply(inspection_json(found), request=request, version=found.version)


class Record(Step):
    """What was found on the spot. A mass that differs, or no load, stops its money; another inspector may look once more."""

    actions = {"POST": "inspection.record"}
    bodies = {"POST": serializers.ResultForm}
    replies = {"POST": serializers.InspectionReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "recordInspection"}
    verb = staticmethod(operations.record_inspection)

    def render(self, result: Any) -> Any:
        return inspection_json(result)


def draw_json(one: queries.DrawView) -> dict[str, Any]:
    return asdict(one) | {"month": f"{one.month:%Y-%m}"}


def inspection_json(one: queries.InspectionView) -> dict[str, Any]:
    found = asdict(one)
    for result in found["results"]:
        result["photos"] = [{"upload_id": pk, "sha256": digest} for pk, digest in result["photos"]]
    return found
