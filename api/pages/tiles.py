"""The map's tiles over HTTP. The units are for everybody and change with the country's borders, so they are kept for a day."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from geo import tiles

TYPE = "application/vnd.mapbox-vector-tile"


@require_safe
def units(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Regions and districts. 404 beyond the world or deeper than anybody needs."""
    if not tiles.exists(z, x, y):
        raise Http404
    return tile(request, tiles.units(z, x, y), "public, max-age=86400")


def tile(request: HttpRequest, body: bytes, caching: str) -> HttpResponse:
    tag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(body, content_type=TYPE, headers={"ETag": tag, "Cache-Control": caching})
