from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.rendering import dumps, tagged
from api.http.views import HouseView
from collection.kernel.mass import tonnes_text
from collection.kernel.money import CURRENCY
from collection.stats import queries

from . import serializers


class Summary(HouseView):
    """The five tonnages and the money of a programme, side by side, and how many take part."""

    actions = {"GET": "statistics.public"}
    operation_ids = {"GET": "readStatisticsSummary"}
    queries = {"GET": serializers.PeriodQuery}
    replies = {"GET": serializers.SummaryReply}

    def get(self, request: Request) -> HttpResponse:
        answer = queries.figures(**self.query(), counts=True)
        assert answer.counts
        return answered(request, answer, {"figures": figures_json(answer.total), **asdict(answer.counts)})


class Series(HouseView):
    """The same by month, region, category or kind of contract."""

    actions = {"GET": "statistics.public"}
    operation_ids = {"GET": "readStatisticsSeries"}
    queries = {"GET": serializers.SeriesQuery}
    replies = {"GET": serializers.SeriesReply}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        return answered(request, answer := queries.figures(**asked), series_json(answer, asked["group_by"]))


class Detail(HouseView):
    """Also by district and contract, and filtered. Officers see all, everybody else what is their own."""

    actions = {"GET": "statistics.read"}
    operation_ids = {"GET": "readStatisticsDetail"}
    queries = {"GET": serializers.DetailQuery}
    replies = {"GET": serializers.SeriesReply}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        answer = queries.figures(**asked, actor=request.actor)
        return answered(request, answer, series_json(answer, asked["group_by"]), public=False)


class PublishedFigures(HouseView):
    """What the real programme has published, beside the same figures computed from this programme's rows, unadjusted."""

    actions = {"GET": "statistics.public"}
    operation_ids = {"GET": "readPublishedFigures"}
    queries = {"GET": serializers.ProgrammeQuery}
    replies = {"GET": serializers.PublishedReply}

    def get(self, request: Request) -> HttpResponse:
        answer, compared, publication = queries.published(**self.query())
        return answered(request, answer, {"publication": publication, "items": [asdict(one) for one in compared]})


def answered(request: Request, answer: queries.Answer, body: dict[str, Any], *, public: bool = True) -> HttpResponse:
    """The reply under a tag of its figures alone: while they stay as they are, `as_of` moving on is not a change."""
    head = {"programme": answer.programme, "synthetic": answer.synthetic}
    tag = hashlib.sha256(dumps([head, body])).hexdigest()[:32]
    response = tagged(request, dumps({**head, "as_of": answer.as_of, **body}), f'"{tag}"')
    response["Cache-Control"] = "public, no-cache" if public else "private, no-cache"
    return response


def figures_json(figures: queries.Figures) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for measure, value in asdict(figures).items():
        if isinstance(value, dict):  # a tonnage; the other field is money
            found |= {f"{measure}_g": value["grams"], f"{measure}_t": tonnes_text(value["grams"])}
    return found | {"applications": figures.declared.n, "paid_tiyn": figures.paid_tiyn, "currency": CURRENCY}


def series_json(answer: queries.Answer, group_by: str) -> dict[str, Any]:
    names = queries.names(group_by, [one.key for one in answer.items if one.key])
    return {
        "group_by": group_by, "figures": figures_json(answer.total),
        "items": [
            {"key": one.key, "name": asdict(names[one.key]) if one.key in names else None,
             "figures": figures_json(one.figures)}
            for one in answer.items
        ],
    }
