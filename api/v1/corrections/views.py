from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.etags import if_match
from api.http.pagination import Page
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from collection.custody import operations, queries
from collection.custody.queries import ProposalView
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.db import now
from collection.kernel.money import CURRENCY
from collection.kernel.refusals import Refusal
from collection.kernel.words import Words
from collection.payouts.queries import correction_effect, own_difference

from . import serializers


class EffectChanged(Refusal):
    """The sum consented to is not what would happen now. Field: `difference_tiyn`, as it is now."""

    code = "effect_changed"
    words = Words("Ақшаға әсері өзгерді, қайта қараңыз", "Сумма изменилась, посмотрите ещё раз",
                  "The effect on the money has changed; look again")


class Proposing(HouseView):
    """The accepted mass as it should have been: shown in money first, and made only when every party consents."""

    actions = {"GET": "correction.read", "POST": "receipt.correct"}
    queries = {"GET": serializers.WhatIfQuery}
    bodies = {"POST": serializers.ProposalForm}
    replies = {"GET": serializers.EffectsReply, "POST": serializers.ProposalDetailReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "tryCorrection", "POST": "proposeCorrection"}
    etags = frozenset({"POST"})

    def get(self, request: Request, consignment_id: UUID) -> HttpResponse:
        """What so many accepted grams would do to each stage's money; nothing is written."""
        return reply(money_of(request.actor, now(), consignment_id, self.query()["accepted_g"]))

    def post(self, request: Request, consignment_id: UUID) -> HttpResponse:
        new = operations.NewCorrection(consignment_id=consignment_id, version=if_match(request), **self.body())

        def propose(actor: Actor, at: datetime) -> dict[str, Any]:
            return detailed(actor, at, operations.propose_correction(actor=actor, at=at, new=new))

        return write(request, propose, render=dict, status=201)


class Corrections(HouseView):
    """Proposed corrections of loads one's company collected or received, newest first; all of them for officers."""

    actions = {"GET": "correction.read"}
    queries = {"GET": serializers.CorrectionQuery}
    replies = {"GET": serializers.ProposalsReply}
    operation_ids = {"GET": "listCorrections"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.proposals(request.actor, state=asked.get("state"), after=page.after and page.after[0],
                                  limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=asdict))


class Correction(HouseView):
    """One proposal, who has said what to it, and what it would do to the money."""

    actions = {"GET": "correction.read"}
    replies = {"GET": serializers.ProposalDetailReply}
    operation_ids = {"GET": "readCorrection"}

    def get(self, request: Request, proposal_id: UUID) -> HttpResponse:
        return reply(detailed(request.actor, now(), proposal_id))


class Consent(HouseView):
    """Agree to exactly the sum that was shown; with the last consent the correction is made."""

    actions = {"POST": "correction.consent"}
    bodies = {"POST": serializers.ConsentForm}
    replies = {"POST": serializers.ProposalDetailReply}
    operation_ids = {"POST": "consentToCorrection"}

    def post(self, request: Request, proposal_id: UUID) -> HttpResponse:
        seen_tiyn = self.body()["difference_tiyn"]

        def consent(actor: Actor, at: datetime) -> None:
            one = queries.proposal(actor, proposal_id)
            difference_tiyn = money_of(actor, at, one.consignment_id, one.accepted_g)["difference_tiyn"]
            if one.state == "open" and difference_tiyn != seen_tiyn:
                raise EffectChanged(difference_tiyn=difference_tiyn)
            operations.consent_to_correction(actor=actor, at=at, proposal_id=proposal_id)

        return answered(request, proposal_id, consent)


class Decline(HouseView):
    """The receipt stays as it is."""

    actions = {"POST": "correction.consent"}
    bodies = {"POST": serializers.DissentForm}
    replies = {"POST": serializers.ProposalDetailReply}
    operation_ids = {"POST": "declineCorrection"}

    def post(self, request: Request, proposal_id: UUID) -> HttpResponse:
        reason = self.body()["reason"]
        return answered(request, proposal_id, lambda actor, at: operations.decline_correction(
            actor=actor, at=at, proposal_id=proposal_id, reason=reason))


class Withdraw(HouseView):
    """Whoever proposed it takes it back."""

    actions = {"POST": "receipt.correct"}
    replies = {"POST": serializers.ProposalDetailReply}
    operation_ids = {"POST": "withdrawCorrection"}

    def post(self, request: Request, proposal_id: UUID) -> HttpResponse:
        return answered(request, proposal_id, lambda actor, at: operations.withdraw_correction(
            actor=actor, at=at, proposal_id=proposal_id))


def answered(request: Request, proposal_id: UUID, verb: Callable[[Actor, datetime], None]) -> HttpResponse:
    """Do `verb`, and answer with the proposal as it is then."""
    def act(actor: Actor, at: datetime) -> dict[str, Any]:
        verb(actor, at)
        return detailed(actor, at, proposal_id)

    return write(request, act, render=dict)


def detailed(actor: Actor, at: datetime, proposal_id: UUID) -> dict[str, Any]:
    one: ProposalView = queries.proposal(actor, proposal_id)
    money = money_of(actor, at, one.consignment_id, one.accepted_g) if one.state == "open" else None
    return asdict(one) | {"money": money}


def money_of(actor: Actor, at: datetime, consignment_id: UUID, accepted_g: int) -> dict[str, Any]:
    """What the correction would do to each stage's money: custody knows none, so the door asks payouts."""
    effects = correction_effect(actor, consignment_id, accepted_g=accepted_g, on=almaty_date(at))
    return {"difference_tiyn": own_difference(effects), "currency": CURRENCY, "effects": [asdict(one) for one in effects]}
