from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from api.http.rendering import dumps, reply, tagged
from api.http.views import HouseView
from collection.kernel.words import Words
from collection.waste.queries import catalogue, codes_in_categories

from . import labels, serializers


class Catalog(HouseView):
    """Categories, waste codes, states and reasons with their labels; changes rarely, so ask with If-None-Match."""

    actions = {"GET": "catalog.read"}
    replies = {"GET": serializers.CatalogReply}

    def get(self, request: Request) -> HttpResponse:
        body, tag = catalog()
        response = tagged(request, body, tag)
        response["Cache-Control"] = "public, no-cache"
        return response


class Config(HouseView):
    """What an app asks first: which versions are served, and whether its catalogue is still the newest."""

    actions = {"GET": "config.read"}
    gated = False
    replies = {"GET": serializers.ConfigReply}

    def get(self, request: Request) -> HttpResponse:
        return reply({
            "minimum_app_version": settings.APP_MINIMUM_VERSION,
            "recommended_app_version": settings.APP_RECOMMENDED_VERSION,
            "stores": settings.APP_STORES,
            "catalog_etag": catalog()[1],
            "flags": {},
        })


def catalog() -> tuple[bytes, str]:
    """The catalogue as JSON, and its tag."""
    body = dumps({
        "categories": [
            {"code": one.code, "name": asdict(one.name), "waste_codes": one.codes} for one in catalogue()
        ],
        "waste_codes": codes_in_categories(),
        "states": _sections(labels.STATES),
        "lists": _sections(labels.LISTS),
    })
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _sections(sections: Mapping[str, Mapping[str, Words]]) -> dict[str, Any]:
    return {
        name: [{"code": code, "name": asdict(words)} for code, words in labelled.items()]
        for name, labelled in sections.items()
    }
