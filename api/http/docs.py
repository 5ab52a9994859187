"""The schema as JSON and as a page to try it on, served from this house alone."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.templatetags.static import static
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from .rendering import JSON, dumps

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tonnage API</title>
<link rel="stylesheet" href="{css}"><link rel="icon" href="{icon}"></head>
<body><div id="swagger-ui"></div><script src="{bundle}"></script><script nonce="{nonce}">
SwaggerUIBundle({{url: "/api/v1/openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: false}});
</script></body></html>"""


def schema() -> dict[str, Any]:
    """The OpenAPI document of every route under /api/v1."""
    return SchemaGenerator().get_schema(request=None, public=True)


@lru_cache(maxsize=1)
def _document() -> tuple[bytes, str]:
    body = dumps(schema())
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Built once per process, so that nobody can keep us busy by asking for it."""
    body, tag = _document()
    if request.META.get("HTTP_IF_NONE_MATCH") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type=JSON)
    response["ETag"] = tag
    response["Cache-Control"] = "public, no-cache"
    return response


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    nonce = secrets.token_urlsafe(16)
    folder = "drf_spectacular_sidecar/swagger-ui-dist"
    response = HttpResponse(PAGE.format(
        css=static(f"{folder}/swagger-ui.css"), icon=static(f"{folder}/favicon-32x32.png"),
        bundle=static(f"{folder}/swagger-ui-bundle.js"), nonce=nonce,
    ))
    response["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return response
