"""One page: who may see it, in which language, under which headers; and what a refusal looks like on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_protect

from api.http.language import language_of
from api.http.permissions import demand_second_factor
from api.http.problems import ADVICE, EXACTLY, NO_ADVICE, STATUS
from api.http.refusals import Forbidden, SecondFactorRequired, StepUpRequired, Unauthenticated
from collection.accounts.queries import Proven
from collection.accounts.rights import may
from collection.kernel.actor import Actor
from collection.kernel.db import in_transaction, now
from collection.kernel.refusals import Refusal
from collection.kernel.words import LANGUAGES

from .session import YEAR_S, caller_in, remember

Result = TypeVar("Result")
#: The sections in their order: the page's name -> the action it needs.
SECTIONS: dict[str, str | None] = {
    "overview": None, "unserved": "unserved.read", "routes": "route.read", "contracts": "contract.read",
    "claims": "claim.read", "registers": "register.read", "tariffs": "tariff.simulate", "audit": "audit.read",
}
#: No script and no style but our own files, nothing from elsewhere, nobody may frame us.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
HEADERS = {
    "Content-Security-Policy": POLICY, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin", "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Vary": "Cookie, Accept-Language, HX-Request",
}


@method_decorator(csrf_protect, name="dispatch")
class Page(View):
    """A subclass names its `action` (None: for everybody), its `template`, and gives `context(request)`.

    `part`: the template of the part that refreshes itself, rendered alone when htmx asks for it.
    """

    action: ClassVar[str | None] = None
    template: ClassVar[str]
    part: ClassVar[str | None] = None
    actor: Actor
    proven: Proven
    language: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        (self.actor, self.proven), self.language = caller_in(request), chosen_language(request)
        with translation.override(self.language):
            try:
                if self.action:
                    self.demand(self.action)
                response = super().dispatch(request, *args, **kwargs)
            except Unauthenticated:
                response = HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")
            except (SecondFactorRequired, StepUpRequired):
                response = HttpResponseRedirect(f"{reverse('second-factor')}?{urlencode({'next': self.here})}")
            except Refusal as refusal:
                response = self.refused(refusal)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Content-Language"] = self.language
        if "lang" in request.GET and request.GET["lang"] in LANGUAGES:
            remember(response, "language", self.language, YEAR_S)
        return response

    def demand(self, action: str) -> None:
        """The right to an action, and the second factor where it asks for one. Raises Unauthenticated, Forbidden,
        SecondFactorRequired or StepUpRequired, as the API does."""
        if not may(self.actor.role, action):
            raise Forbidden if self.actor.user_id else Unauthenticated
        demand_second_factor(action, self.actor.role, self.proven)

    @property
    def here(self) -> str:
        """Where the person is: after a form, the page that holds it."""
        return self.request.get_full_path() if self.request.method == "GET" else self.request.path

    def get(self, request: HttpRequest, **of: Any) -> HttpResponse:
        part = self.part if self.part and "part" in request.GET else None
        return self.render(part or self.template, self.context(**of))

    def context(self, **of: Any) -> Mapping[str, Any]:
        """What the template is given; keyword arguments are the ids of the path."""
        return {}

    def render(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        """The page under the tag of what it says (the token of its forms apart), or 304 when the browser has just that."""
        token = get_token(self.request)
        text = render_to_string(f"pages/{template}", {
            **context, "actor": self.actor, "language": self.language, "languages": LANGUAGES, "page": self,
            "here": self.request.path, "csrf_token": token,
        })
        if status != 200:
            return HttpResponse(text, status=status)
        tag = hashlib.md5(text.replace(token, "").encode(), usedforsecurity=False).hexdigest()
        if self.request.headers.get("If-None-Match") == f'"{tag}"':
            return HttpResponse(status=304, headers={"ETag": f'"{tag}"'})
        return HttpResponse(text, headers={"ETag": f'"{tag}"'})

    @property
    def sections(self) -> list[dict[str, Any]]:
        """The sections this person may open."""
        return [{"name": name, "address": (address := reverse(name)), "here": self.request.path == address}
                for name, action in SECTIONS.items() if action is None or may(self.actor.role, action)]

    def write(self, verb: Callable[[Actor, Any], Result | Refusal]) -> Result:
        """`verb(actor, at)` in one transaction, as `api.http.writes.write` does it. Raises its refusal."""
        done = in_transaction(lambda: verb(self.actor, now()))
        if isinstance(done, Refusal):
            raise done
        return done

    def refused(self, refusal: Refusal) -> HttpResponse:
        """A page that says no as the API does: what, why, and what to do about it; a strip where htmx asked."""
        status = EXACTLY.get(type(refusal), STATUS[refusal.kind])
        part = bool(self.request.headers.get("HX-Request"))
        return self.render("refused_part.html" if part else "refused.html", {
            "refusal": refusal, "status": status, "advice": ADVICE.get(status, NO_ADVICE)}, status=status)


def chosen_language(request: HttpRequest) -> str:
    """`?lang=`, else the cookie of an earlier choice, else what the browser would like."""
    for given in (request.GET.get("lang"), request.COOKIES.get("language")):
        if given in LANGUAGES:
            return given
    return language_of(request)
