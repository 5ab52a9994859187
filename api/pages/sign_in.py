"""Signing in from a browser: the same code by SMS as in the app; the session goes into a cookie instead of tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from api.http.network import network_of
from collection.accounts import operations
from collection.accounts.rights import STAFF_ROLES
from collection.kernel.refusals import Refusal

from .page import Page
from .session import DEVICE, YEAR_S, device_in, enter, leave, remember, session_in


class SignIn(Page):
    """First the number, then the code that came to it."""

    template = "sign_in.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        return {"phone": self.request.GET.get("phone", "")[:20], "next": next_of(self.request)}

    def post(self, request: HttpRequest) -> HttpResponse:
        phone, code = written(request.POST.get("phone", "")), request.POST.get("code", "").strip()[:10]
        device = device_in(request)
        try:
            if code:
                opened = self.write(lambda actor, at: operations.redeem_code(
                    actor=actor, at=at, phone=phone, device=str(device), code=code, language=self.language))
                response: HttpResponse = HttpResponseRedirect(next_of(request))
                enter(response, opened.session_id)
                return response
            self.write(lambda actor, at: operations.request_code(
                actor=actor, at=at, phone=phone, device=str(device), network=network_of(request), language=self.language))
        except Refusal as refusal:
            return self.render(self.template, {
                "phone": phone if code else "", "typed": phone, "next": next_of(request), "refusal": refusal}, status=400)
        asked = urlencode({"phone": phone, "next": next_of(request)})
        response = HttpResponseRedirect(f"{reverse('sign-in')}?{asked}")
        remember(response, DEVICE, str(device), YEAR_S)
        return response


class SignOut(Page):
    template = "sign_in.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        session_id = session_in(request)
        if session_id and self.actor.user_id:
            self.write(lambda actor, at: operations.logout(actor=actor, at=at, session_id=session_id))
        response = HttpResponseRedirect(reverse("overview"))
        leave(response)
        return response


def written(phone: str) -> str:
    """"8 (701) 123-45-67", "77011234567" or "+7 701 …" as people type it, in the form the house keeps: +77011234567."""
    digits = "".join(one for one in phone if one.isascii() and one.isdigit())[:15]
    if len(digits) == 11 and digits[0] == "8":
        digits = "7" + digits[1:]
    return f"+7{digits}" if len(digits) == 10 else f"+{digits}"


def next_of(request: HttpRequest) -> str:
    """Where the person was going, if that is here; else the front page."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(wish, allowed_hosts=None) and wish.startswith("/")
    return wish if here else reverse("overview")


def is_staff(role: str) -> bool:
    return role in STAFF_ROLES
