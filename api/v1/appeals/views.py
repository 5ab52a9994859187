from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page
from api.http.rendering import reply
from api.http.steps import Step
from api.http.views import HouseView
from collection.payouts import operations, queries

from . import serializers


class File(Step):
    """Disagree with a claim's return or rejection; an inspector who did not say it decides."""

    actions = {"POST": "claim.appeal"}
    bodies = {"POST": serializers.AppealForm}
    replies = {"POST": serializers.AppealReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "appealClaim"}
    verb = staticmethod(operations.file_appeal)


class Appeals(HouseView):
    """One's own contracts' appeals, newest first; all of them for officers."""

    actions = {"GET": "claim.read"}
    queries = {"GET": serializers.AppealQuery}
    replies = {"GET": serializers.AppealsReply}
    operation_ids = {"GET": "listAppeals"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.appeals(
            request.actor, claim_id=asked.get("claim_id"), state=asked.get("state"),
            after=page.after and UUID(page.after[0]), limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (str(one.id),), render=asdict))


class Appeal(HouseView):
    """One appeal."""

    actions = {"GET": "claim.read"}
    replies = {"GET": serializers.AppealReply}
    operation_ids = {"GET": "readAppeal"}

    def get(self, request: Request, appeal_id: UUID) -> HttpResponse:
        found = queries.appeal(request.actor, appeal_id)
        return reply(asdict(found), request=request, version=found.version)


class Decide(Step):
    """Grant it, and the claim is verified; or dismiss it, and the no stands."""

    actions = {"POST": "appeal.decide"}
    bodies = {"POST": serializers.DecisionForm}
    replies = {"POST": serializers.AppealReply}
    verb = staticmethod(operations.decide_appeal)
