from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from api.http.documents import FileSchema, attachment, file_of, taking
from api.http.etags import if_match
from api.http.pagination import Page
from api.http.rendering import reply
from api.http.steps import Step
from api.http.views import HouseView
from api.http.writes import write
from collection.accounts.rights import may
from collection.kernel.money import CURRENCY
from collection.payouts import operations, queries
from collection.payouts.queries import FILES, RegisterView

from . import serializers

BANK_FILES = ("application/xml", "text/csv")
MAX_BANK_FILE = 16 << 20
RIGHTS = {"approve": "register.approve", "record_result": "bank_result.record"}


class Registers(HouseView):
    """Payment registers, newest first."""

    actions = {"GET": "register.read", "POST": "register.create"}
    queries = {"GET": serializers.RegisterQuery}
    bodies = {"POST": serializers.RegisterForm}
    replies = {"GET": serializers.RegistersReply, "POST": serializers.RegisterReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.registers(programme=asked.get("programme"), state=asked.get("state"),
                                  after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.number,), render=rendered_for(request)))

    def post(self, request: Request) -> HttpResponse:
        """Put approved claims into a register: all of them, or none and every row that cannot go to the bank."""
        asked = self.body()
        return write(request, lambda actor, at: operations.prepare_register(actor=actor, at=at, **asked),
                     render=rendered_for(request), status=201)


class Register(HouseView):
    """One register and its orders, each with the bank's word on it."""

    actions = {"GET": "register.read"}
    replies = {"GET": serializers.RegisterDetailReply}

    def get(self, request: Request, register_id: UUID) -> HttpResponse:
        found = queries.register(register_id)
        orders = [asdict(one) for one in queries.orders(register_id)]
        return reply(rendered_for(request)(found) | {"orders": orders}, request=request, version=found.version)


class Approve(Step):
    """Let the register go to the bank; never by the person who prepared it."""

    actions = {"POST": "register.approve"}
    replies = {"POST": serializers.RegisterReply}
    verb = staticmethod(operations.approve_register)

    def render(self, result: RegisterView) -> dict[str, Any]:
        return rendered_for(self.request)(result)


class Results(HouseView):
    """What the bank answered: paid orders end their claims, rejected ones are issued again by a later register."""

    actions = {"POST": "bank_result.record"}
    bodies = {"POST": serializers.BankResultForm}
    replies = {"POST": serializers.RegisterReply}
    etags = frozenset({"POST"})

    def post(self, request: Request, register_id: UUID) -> HttpResponse:
        results, version = [operations.BankLine(**one) for one in self.body()["results"]], if_match(request)
        return write(
            request, lambda actor, at: operations.record_bank_result(
                actor=actor, at=at, register_id=register_id, results=results, version=version),
            render=rendered_for(request))


class File(HouseView):
    """An approved register as the bank takes it: ISO 20022 pain.001.001.09, CSV or XLSX."""

    actions = {"GET": "register.read"}
    queries = {"GET": serializers.FileQuery}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readRegisterFile"}
    schema = FileSchema()
    media_types = tuple(media_type for media_type, _, _ in FILES.values())
    content_negotiation_class = taking(*media_types)

    def get(self, request: Request, register_id: UUID) -> HttpResponse:
        media_type, name, data = queries.register_as(register_id, self.query().get("form", "pain001"))
        return attachment(data, media_type, name)


class BankFile(HouseView):
    """The bank's answer as a file: every row is taken or none, and each wrong row is named by its number."""

    actions = {"POST": "bank_result.record"}
    bodies = {"POST": dict.fromkeys(BANK_FILES, OpenApiTypes.BINARY)}  # type: ignore[dict-item]
    replies = {"POST": serializers.RegisterReply}
    etags = frozenset({"POST"})
    operation_ids = {"POST": "importBankFile"}

    def post(self, request: Request, register_id: UUID) -> HttpResponse:
        version = if_match(request)
        queries.register(register_id)  # what is not there is not found, whatever is sent to it
        media_type, data = file_of(request, BANK_FILES, max_bytes=MAX_BANK_FILE)
        return write(
            request, lambda actor, at: operations.record_bank_file(
                actor=actor, at=at, register_id=register_id, media_type=media_type, data=data, version=version),
            render=rendered_for(request))


def rendered_for(request: Request) -> Callable[[RegisterView], dict[str, Any]]:
    role = request.actor.role
    return lambda one: asdict(one) | {
        "currency": CURRENCY,
        "allowed_actions": [action for action in one.allowed_actions if may(role, RIGHTS[action])]}
