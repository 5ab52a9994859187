"""Claims and registers: what is asked, what every rule says of it, and the two persons it takes to let money go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from api.http.refusals import Malformed
from collection.accounts.rights import may
from collection.kernel.refusals import Defect
from collection.payouts import operations, queries
from collection.payouts.states import CLAIM_ACTIONS
from collection.stats.queries import names

from .page import Page

ROWS = 50
LINES = 200


def version_in(request: HttpRequest) -> int:
    """The version the person saw, from the form; Malformed without it."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        raise Malformed(defects=[Defect("/version", "required")]) from None


class Claims(Page):
    """Newest first; of one state when asked."""

    action = "claim.read"
    template = "claims.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        state, after = self.request.GET.get("state", ""), self.request.GET.get("after", "")
        known = (*CLAIM_ACTIONS, "registered", "paid")
        if (state and state not in known) or (after and not (after.isascii() and after.isdigit() and len(after) < 10)):
            raise Malformed(defects=[Defect("/state", "not_a_choice")])
        found = queries.claims(self.actor, state=state or None, after=int(after) if after else None, limit=ROWS + 1)
        return {"claims": found[:ROWS], "state": state, "states": known,
                "next": found[ROWS - 1].number if len(found) > ROWS else None,
                "payable": sorted({one.programme for one in found if one.state == "approved"})
                if may(self.actor.role, "register.create") else []}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put every approved claim into a register."""
        self.demand("register.create")
        programme = request.POST.get("programme", "")[:50]
        made = self.write(lambda actor, at: operations.prepare_register(actor=actor, at=at, programme=programme))
        return HttpResponseRedirect(reverse("register", args=[made.id]))


class Claim(Page):
    """One claim with its lines, what each rule said, and the steps its reader may take."""

    action = "claim.read"
    template = "claim.html"
    #: What a button says -> the verb, and whether it wants a reason. The right to it is `claim.` and that word.
    STEPS: ClassVar[dict[str, tuple[Callable[..., Any], bool]]] = {
        "verify": (operations.verify_claim, False), "return": (operations.return_claim, True),
        "approve": (operations.approve_claim, False), "reject": (operations.reject_claim, True),
    }

    def context(self, **of: Any) -> Mapping[str, Any]:
        claim = queries.claim(self.actor, of["claim_id"])
        lines = queries.claim_lines(self.actor, claim.id, limit=LINES + 1)
        rules = {one.code: one for one in queries.rules()}
        verdicts = sorted(queries.verdicts(claim.id), key=lambda one: one.passed)
        return {
            "claim": claim, "lines": lines[:LINES], "more": len(lines) > LINES, "sums": queries.stage_sums(claim.id),
            "said": [{"one": one, "rule": rules[one.rule]} for one in verdicts], "passed": sum(one.passed for one in verdicts),
            "names": names("category", sorted({one.category for one in lines})),
            "steps": [{"name": name, "reason": reason} for name, (_, reason) in self.STEPS.items()
                      if name in claim.allowed_actions and may(self.actor.role, f"claim.{name}")],
        }

    def post(self, request: HttpRequest, claim_id: UUID) -> HttpResponse:
        step = request.POST.get("step", "")
        if step not in self.STEPS:
            raise Malformed(defects=[Defect("/step", "not_a_choice")])
        self.demand(f"claim.{step}")
        verb, with_reason = self.STEPS[step]
        said = {"reason": request.POST.get("reason", "").strip()[:500]} if with_reason else {}
        if with_reason and not said["reason"]:
            raise Malformed(defects=[Defect("/reason", "required")])
        version = version_in(request)
        self.write(lambda actor, at: verb(actor=actor, at=at, claim_id=claim_id, version=version, **said))
        return HttpResponseRedirect(reverse("claim", args=[claim_id]))


class Registers(Page):
    """What went, or is about to go, to the bank."""

    action = "register.read"
    template = "registers.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        return {"registers": queries.registers(limit=ROWS)}


class Register(Page):
    """One register with its orders; the second finance officer lets it go."""

    action = "register.read"
    template = "register.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        register = queries.register(of["register_id"])
        return {"register": register, "orders": queries.orders(register.id),
                "approvable": "approve" in register.allowed_actions and may(self.actor.role, "register.approve")}

    def post(self, request: HttpRequest, register_id: UUID) -> HttpResponse:
        self.demand("register.approve")
        version = version_in(request)
        self.write(lambda actor, at: operations.approve_register(
            actor=actor, at=at, register_id=register_id, version=version))
        return HttpResponseRedirect(reverse("register", args=[register_id]))
