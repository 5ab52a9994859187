from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.views import HouseView
from api.http.writes import write
from collection.kernel.refusals import NotFound
from notifications import devices

from . import serializers


class Device(HouseView):
    """Register this phone for pushes, or forget it; a phone seen with another person moves to them."""

    actions = {"PUT": "device.put", "DELETE": "device.drop"}
    bodies = {"PUT": serializers.DeviceForm}

    def put(self, request: Request, installation_id: UUID) -> HttpResponse:
        asked = self.body()
        return write(
            request,
            lambda actor, at: devices.put_device(recipient_id=actor.user_id, installation_id=installation_id, at=at,
                                                 **asked),
            render=lambda _: None,
        )

    def delete(self, request: Request, installation_id: UUID) -> HttpResponse:
        def forget(actor, at):  # type: ignore[no-untyped-def]
            if not devices.drop_device(recipient_id=actor.user_id, installation_id=installation_id, at=at):
                raise NotFound

        return write(request, forget, render=lambda _: None)
