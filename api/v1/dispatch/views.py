from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.views import HouseView
from api.http.writes import write
from collection.dispatch import operations

from . import serializers


class Reoptimise(HouseView):
    """Plan a programme's waiting pickups and unstarted jobs anew, as happens every hour.

    A job keeps its collector; what an officer gave out and journeys that have begun stay as they are.
    """

    actions = {"POST": "dispatch.reoptimise"}
    bodies = {"POST": serializers.ReoptimiseForm}
    replies = {"POST": serializers.ReoptimisedReply}
    operation_ids = {"POST": "reoptimiseDispatch"}

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()
        return write(request, lambda actor, at: operations.reoptimise(actor=actor, at=at, **asked),
                     render=lambda done: done)
