"""Every route of the house, and a DRF view that does nothing: the floor that endpoints are compared with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.views import APIView

from api.urls import *  # noqa: F403
from api.urls import urlpatterns as house


class Empty(APIView):
    authentication_classes: ClassVar[list[Any]] = []
    permission_classes: ClassVar[list[Any]] = []

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [*house, path("bench/empty", Empty.as_view(), name="bench-empty")]
