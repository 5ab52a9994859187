"""Deny by default: a request passes when the table of rights gives its action to the caller's role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from collection.accounts.queries import Proven
from collection.accounts.rights import ACTIONS, SIGNED_IN, STAFF_ROLES, STEP_UP, within

from .refusals import Forbidden, MembershipRequired, ScopeMissing, SecondFactorRequired, StepUpRequired, Unauthenticated


class ByTheTable(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        action = view.actions.get(view.asked)
        if action is None:
            return True  # no such method here: the view answers 405 and does nothing
        role = request.actor.role
        if role in ACTIONS[action]:
            scopes = getattr(request, "scopes", None)
            if scopes is not None and not within(scopes, action):
                raise ScopeMissing
            demand_second_factor(action, role, getattr(request, "proven", Proven()))
            return True
        raise {"anon": Unauthenticated, "newcomer": MembershipRequired}.get(role, Forbidden)


def demand_second_factor(action: str, role: str, proven: Proven) -> None:
    """Raise unless the session has proven enough: staff once in each session, and lately for what moves money.

    Whoever has enrolled an app is always asked for it; SECOND_FACTOR_REQUIRED (production) asks all staff to enrol one.
    """
    if action not in STEP_UP and (role not in STAFF_ROLES or ACTIONS[action] >= SIGNED_IN):
        return
    if proven.fresh or (proven.passed and action not in STEP_UP):
        return
    if proven.enrolled:
        raise StepUpRequired
    if settings.SECOND_FACTOR_REQUIRED:
        raise SecondFactorRequired
