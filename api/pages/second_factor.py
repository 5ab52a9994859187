"""The authenticator app in a browser: enrolled by a QR code, then asked for where something moves money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from collection.accounts import operations, queries
from collection.kernel.refusals import Refusal

from .page import Page
from .session import session_in
from .sign_in import next_of


class SecondFactor(Page):
    """A code of the app; before the first one, the app itself."""

    action = "second_factor.give"
    template = "second_factor.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        known = queries.second_factor_of(self.actor.user_id)
        return {"next": next_of(self.request), "enrolled": known.confirmed_at is not None,
                "left": known.recovery_codes_left}

    def post(self, request: HttpRequest) -> HttpResponse:
        code, session_id = request.POST.get("code", "").strip()[:11], session_in(request)
        try:
            if request.POST.get("step") == "enrol":
                made = self.write(lambda actor, at: operations.enrol_second_factor(actor=actor, at=at))
                return self.render(self.template, {**self.context(), **drawn(made)})
            if request.POST.get("step") == "confirm":
                done = self.write(lambda actor, at: operations.confirm_second_factor(
                    actor=actor, at=at, session_id=session_id, code=code))
                return self.render(self.template, {**self.context(), "recovery_codes": done.recovery_codes})
            self.write(lambda actor, at: operations.give_second_factor(
                actor=actor, at=at, session_id=session_id, code=code))
        except Refusal as refusal:
            again = {}
            if request.POST.get("step") == "confirm" and not isinstance(refusal, operations.AlreadyEnrolled):
                again = drawn(self.write(lambda actor, at: operations.enrol_second_factor(actor=actor, at=at)))
            return self.render(self.template, {**self.context(), **again, "refusal": refusal}, status=400)
        return HttpResponseRedirect(next_of(request))


def drawn(made: operations.Enrolment) -> dict[str, Any]:
    """The secret to be typed, and as a picture to be read by the app."""
    picture = segno.make(made.uri, error="m").svg_data_uri(scale=5, border=2, dark="#1c2226", light="#ffffff")
    return {"secret": made.secret, "picture": picture}
