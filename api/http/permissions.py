"""Deny by default: a request passes when the table of rights gives its action to the caller's role."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from collection.accounts.rights import ACTIONS

from .refusals import Forbidden, MembershipRequired, Unauthenticated


class ByTheTable(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        action = view.actions.get(view.asked)
        if action is None:
            return True  # no such method here: the view answers 405 and does nothing
        role = request.actor.role
        if role in ACTIONS[action]:
            return True
        raise {"anon": Unauthenticated, "newcomer": MembershipRequired}.get(role, Forbidden)
