from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.etags import etag
from api.http.pagination import Page
from api.http.rendering import reply
from api.http.steps import Step
from api.http.views import HouseView
from api.http.writes import write
from collection.accounts.rights import may
from collection.contracts import operations, queries
from collection.contracts.operations import NewContract, NewContractor
from collection.contracts.queries import ContractDetail
from collection.contracts.states import CONTRACT_ACTIONS
from collection.kernel.money import CURRENCY

from . import serializers


class Contractors(HouseView):
    """Register a company that may be given contracts, and the person who will be its admin."""

    actions = {"POST": "contractor.register"}
    bodies = {"POST": serializers.ContractorForm}
    replies = {"POST": serializers.ContractorReply}
    statuses = {"POST": 201}

    def post(self, request: Request) -> HttpResponse:
        new = NewContractor(**self.body())
        return write(
            request,
            lambda actor, at: operations.register_contractors(actor=actor, at=at, contractors=[new])[0],
            render=asdict, status=201,
        )


class Contracts(HouseView):
    """One's own contracts, all of them for officers, with what is used and left."""

    actions = {"GET": "contract.read", "POST": "contract.create"}
    queries = {"GET": serializers.ContractQuery}
    bodies = {"POST": serializers.ContractForm}
    replies = {"GET": serializers.ContractsReply, "POST": serializers.ContractReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.contracts(
            request.actor, programme=asked.get("programme"), state=asked.get("state"), kind=asked.get("kind"),
            after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=rendered_for(request)))

    def post(self, request: Request) -> HttpResponse:
        """Draw a contract up; it counts for nothing until a second person approves it."""
        asked = self.body()
        asked["categories"] = [(one["category"], one["quota_g"]) for one in asked["categories"]]
        new = NewContract(**asked)
        return write(
            request,
            lambda actor, at: operations.draw_up_contracts(actor=actor, at=at, contracts=[new])[0],
            render=rendered_for(request), status=201,
        )


class Contract(HouseView):
    """One contract, with what is used and left of its quotas and cap."""

    actions = {"GET": "contract.read"}
    replies = {"GET": serializers.ContractReply}

    def get(self, request: Request, contract_id: UUID) -> HttpResponse:
        found = queries.contract(request.actor, contract_id)
        response = reply(rendered_for(request)(found))
        # The tag is for If-Match only: what is used changes without a new version, so nothing here is "not modified".
        response["ETag"] = etag(found.version, request.actor.role)
        return response


class ContractStep(Step, abstract=True):
    """A step of the contract's life."""

    def render(self, result: ContractDetail) -> dict[str, Any]:
        return rendered_for(self.request)(result)


class Approve(ContractStep):
    """Put a draft in force; never by the person who drew it up."""

    actions = {"POST": "contract.approve"}
    replies = {"POST": serializers.ContractReply}

    @staticmethod
    def verb(*, contract_id: UUID, **said: Any) -> ContractDetail:
        return operations.approve_contracts(contract_ids=[contract_id], **said)[0]


class Suspend(ContractStep):
    """No new offers for now; what has begun is finished."""

    actions = {"POST": "contract.update"}
    bodies = {"POST": serializers.ReasonForm}
    replies = {"POST": serializers.ContractReply}
    operation_ids = {"POST": "suspendContract"}
    verb = staticmethod(operations.suspend_contract)


class Resume(ContractStep):
    """In force again."""

    actions = {"POST": "contract.update"}
    bodies = {"POST": serializers.ReasonForm}
    replies = {"POST": serializers.ContractReply}
    operation_ids = {"POST": "resumeContract"}
    verb = staticmethod(operations.resume_contract)


class Close(ContractStep):
    """The end; what has begun is finished."""

    actions = {"POST": "contract.update"}
    bodies = {"POST": serializers.ReasonForm}
    replies = {"POST": serializers.ContractReply}
    operation_ids = {"POST": "closeContract"}
    verb = staticmethod(operations.close_contract)


def rendered_for(request: Request) -> Callable[[ContractDetail], dict[str, Any]]:
    """Contracts as this caller sees them: with the steps their role may take now."""
    role = request.actor.role

    def render(one: ContractDetail) -> dict[str, Any]:
        allowed = [step for step in CONTRACT_ACTIONS[one.state]
                   if may(role, "contract.approve" if step == "approve" else "contract.update")]
        return asdict(one) | {"currency": CURRENCY, "allowed_actions": allowed}

    return render
