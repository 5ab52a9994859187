from __future__ import annotations

from collections.abc import Callable
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
from collection.accounts.rights import may
from collection.contracts import operations, queries
from collection.contracts.operations import Agreed, Asked
from collection.contracts.queries import ApplicationView
from collection.contracts.states import APPLICATION_ACTIONS

from . import serializers


class Applications(HouseView):
    """One's own applications for contracts; all of them for officers."""

    actions = {"GET": "application.read", "POST": "application.create"}
    queries = {"GET": serializers.ApplicationQuery}
    bodies = {"POST": serializers.ApplicationForm}
    replies = {"GET": serializers.ApplicationsReply, "POST": serializers.ApplicationReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.applications(
            request.actor, programme=asked.get("programme"), state=asked.get("state"),
            after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=rendered_for(request)))

    def post(self, request: Request) -> HttpResponse:
        """Apply for a contract of one kind; everything that stands in its way is said at once."""
        asked = Asked(**with_quotas(self.body()))
        return write(request, lambda actor, at: operations.apply_for_contract(actor=actor, at=at, asked=asked),
                     render=rendered_for(request), status=201)


class Application(HouseView):
    """One application, with the time of every step."""

    actions = {"GET": "application.read"}
    replies = {"GET": serializers.ApplicationReply}

    def get(self, request: Request, application_id: UUID) -> HttpResponse:
        found = queries.application(request.actor, application_id)
        return reply(rendered_for(request)(found), request=request, version=found.version)


class Funnel(HouseView):
    """How many came how far, how long each step took, and why not."""

    actions = {"GET": "application.funnel"}
    queries = {"GET": serializers.FunnelQuery}
    replies = {"GET": serializers.FunnelReply}
    operation_ids = {"GET": "readApplicationFunnel"}

    def get(self, request: Request) -> HttpResponse:
        code = queries.programme_by_code(self.query()["programme"]).code
        return reply(asdict(queries.funnel(code)))


class FunnelStep(Step, abstract=True):
    """A step of the funnel."""

    def render(self, result: ApplicationView) -> dict[str, Any]:
        return rendered_for(self.request)(result)


class Verify(FunnelStep):
    """Papers and places were looked at."""

    actions = {"POST": "application.verify"}
    replies = {"POST": serializers.ApplicationReply}
    verb = staticmethod(operations.verify_application)


class Approve(FunnelStep):
    """Agreed, by another officer than the one who verified; the contract is drawn up for signature."""

    actions = {"POST": "application.approve"}
    bodies = {"POST": serializers.AgreedForm}
    replies = {"POST": serializers.ApplicationReply}
    verb = staticmethod(operations.approve_application)

    def said(self) -> dict[str, Any]:
        return {"agreed": Agreed(**with_quotas(self.body()))}


class Sign(FunnelStep):
    """The contractor signs; finance then puts the contract in force."""

    actions = {"POST": "application.sign"}
    replies = {"POST": serializers.ApplicationReply}
    verb = staticmethod(operations.sign_application)


class Refuse(FunnelStep):
    """No, and why."""

    actions = {"POST": "application.refuse"}
    bodies = {"POST": serializers.RefuseForm}
    replies = {"POST": serializers.ApplicationReply}
    verb = staticmethod(operations.refuse_application)


class Withdraw(FunnelStep):
    """The contractor thinks better of it."""

    actions = {"POST": "application.withdraw"}
    replies = {"POST": serializers.ApplicationReply}
    verb = staticmethod(operations.withdraw_application)


def with_quotas(asked: dict[str, Any]) -> dict[str, Any]:
    if "categories" in asked:
        asked["categories"] = [(one["category"], one["quota_g"]) for one in asked["categories"]]
    return asked


def rendered_for(request: Request) -> Callable[[ApplicationView], dict[str, Any]]:
    """Applications as this caller sees them: with the steps their role may take now."""
    role = request.actor.role

    def render(one: ApplicationView) -> dict[str, Any]:
        allowed = [step for step in APPLICATION_ACTIONS.get(one.state, ()) if may(role, f"application.{step}")]
        return asdict(one) | {"allowed_actions": allowed}

    return render
