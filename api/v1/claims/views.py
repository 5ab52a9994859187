from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from api.http.documents import FileSchema, attachment, taking
from api.http.pagination import Page
from api.http.rendering import reply
from api.http.steps import Step
from api.http.views import HouseView
from api.http.writes import write
from collection.accounts.rights import may
from collection.kernel.actor import Actor
from collection.kernel.money import CURRENCY
from collection.payouts import operations, queries
from collection.payouts.queries import ClaimView

from . import serializers

PDF = "application/pdf"
#: What the lifecycle calls an action, and the right it takes.
RIGHTS = {"submit": "claim.submit", "verify": "claim.verify", "return": "claim.return", "approve": "claim.approve",
          "reject": "claim.reject", "register": "register.create", "appeal": "claim.appeal"}


class PaymentRules(HouseView):
    """Every rule that can hold a line, return a claim or mark it: with what would cure it, and where it comes from."""

    actions = {"GET": "catalog.read"}
    replies = {"GET": serializers.PaymentRulesReply}
    operation_ids = {"GET": "listPaymentRules"}

    def get(self, request: Request) -> HttpResponse:
        return reply({"items": [
            {"code": one.code, "severity": one.severity, "title": asdict(one.words),
             "cure": one.cure and asdict(one.cure), "source": one.source, "inputs": one.inputs}
            for one in queries.rules()
        ]})


class Claims(HouseView):
    """One's own contracts' claims, newest first; all of them for officers."""

    actions = {"GET": "claim.read", "POST": "claim.create"}
    queries = {"GET": serializers.ClaimQuery}
    bodies = {"POST": serializers.ClaimForm}
    replies = {"GET": serializers.ClaimsReply, "POST": serializers.ClaimReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.claims(
            request.actor, programme=asked.get("programme"), contract_id=asked.get("contract_id"),
            month=asked.get("month"), state=asked.get("state"), after=page.after and page.after[0],
            limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.number,), render=rendered_for(request)))

    def post(self, request: Request) -> HttpResponse:
        """Put the month's payable lines of a contract into a draft claim, which closes the month for it."""
        asked = self.body()

        def prepare(actor: Actor, at: datetime) -> ClaimView:
            claim = operations.prepare_claim(actor=actor, at=at, **asked)
            if claim is None:
                raise operations.NothingToClaim
            return claim

        return write(request, prepare, render=rendered_for(request), status=201)


class Declaration(HouseView):
    """What whoever submits a claim declares to be true: the text in force now."""

    actions = {"GET": "catalog.read"}
    replies = {"GET": serializers.DeclarationReply}
    operation_ids = {"GET": "readDeclaration"}

    def get(self, request: Request) -> HttpResponse:
        code, text = queries.declaration()
        return reply({"code": code, "text": asdict(text)})


class Claim(HouseView):
    """One claim: its sums by stage, and what every rule said of it."""

    actions = {"GET": "claim.read"}
    replies = {"GET": serializers.ClaimDetailReply}

    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        found = queries.claim(request.actor, claim_id)
        words = {one.code: one for one in queries.rules()}
        verdicts = [
            {"rule": one.rule, "severity": one.severity, "passed": one.passed, "params": one.params,
             "title": words[one.rule].words.in_language(request.language),
             "cure": words[one.rule].cure.in_language(request.language)}
            for one in queries.verdicts(claim_id)
        ]
        stages = [asdict(one) for one in queries.stage_sums(claim_id)]
        return reply(rendered_for(request)(found) | {"stages": stages, "verdicts": verdicts}, request=request,
                     version=found.version)


class Lines(HouseView):
    """The lines of a claim: one sealed fact and one stage each."""

    actions = {"GET": "claim.read"}
    queries = {"GET": serializers.LineQuery}
    replies = {"GET": serializers.LinesReply}
    operation_ids = {"GET": "listClaimLines"}

    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        page = Page.of(request, self.query())
        found = queries.claim_lines(request.actor, claim_id, after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=lambda one: asdict(one) | {
            "coefficient": str(one.coefficient)}))


class Act(HouseView):
    """The act of work done, in Kazakh and Russian, for both parties to sign; a draft until the claim is submitted."""

    actions = {"GET": "claim.read"}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readAct"}
    schema = FileSchema()
    media_types = (PDF,)
    content_negotiation_class = taking(PDF)

    def get(self, request: Request, claim_id: UUID) -> HttpResponse:
        return attachment(queries.act_pdf(request.actor, claim_id), PDF, f"act-{claim_id}.pdf")


class ClaimStep(Step, abstract=True):
    """A step of the claim's lifecycle."""

    def render(self, result: ClaimView) -> dict[str, Any]:
        return rendered_for(self.request)(result)


class Submit(ClaimStep):
    """File the claim with its act and e-invoice numbers; a returned one too, once it is corrected."""

    actions = {"POST": "claim.submit"}
    bodies = {"POST": serializers.SubmitForm}
    replies = {"POST": serializers.ClaimReply}
    verb = staticmethod(operations.submit_claim)


class Verify(ClaimStep):
    """Ask every rule: the claim is verified, or returned with all defects at once."""

    actions = {"POST": "claim.verify"}
    replies = {"POST": serializers.ClaimReply}
    verb = staticmethod(operations.verify_claim)


class Return(ClaimStep):
    """Send it back to the contractor with a reason."""

    actions = {"POST": "claim.return"}
    bodies = {"POST": serializers.ClaimReasonForm}
    replies = {"POST": serializers.ClaimReply}
    verb = staticmethod(operations.return_claim)


class Approve(ClaimStep):
    """The second person's yes; beyond the ceiling or the cap the claim is queued, and looked at anew when asked again."""

    actions = {"POST": "claim.approve"}
    replies = {"POST": serializers.ClaimReply}
    verb = staticmethod(operations.approve_claim)


class Reject(ClaimStep):
    """A final no, with its reason."""

    actions = {"POST": "claim.reject"}
    bodies = {"POST": serializers.ClaimReasonForm}
    replies = {"POST": serializers.ClaimReply}
    verb = staticmethod(operations.reject_claim)


def rendered_for(request: Request) -> Callable[[ClaimView], dict[str, Any]]:
    """Claims as this caller sees them: with the steps their role may take now."""
    role = request.actor.role

    def render(one: ClaimView) -> dict[str, Any]:
        plain = asdict(one)
        del plain["mass_g"]  # it adds up stages: grams are shown by stage
        return plain | {
            "month": one.month.isoformat()[:7], "currency": CURRENCY,
            "allowed_actions": [action for action in one.allowed_actions if may(role, RIGHTS[action])]}

    return render
