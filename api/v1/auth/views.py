from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.authentication import access_token
from api.http.network import network_of
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import installation_of, write
from collection.accounts import operations, queries
from collection.accounts.operations import Opened

from . import serializers


class Code(HouseView):
    """Ask for a one-time code by SMS; the answer is the same for every number."""

    actions = {"POST": "code.request"}
    bodies = {"POST": serializers.CodeForm}
    replies = {"POST": serializers.CodeReply}
    statuses = {"POST": 201}
    authenticates = False

    def post(self, request: Request) -> HttpResponse:
        asked, device = self.body(), str(installation_of(request))
        language = asked.get("language", request.language)
        return write(
            request,
            lambda actor, at: operations.request_code(
                actor=actor, at=at, phone=asked["phone"], device=device, network=network_of(request), language=language
            ),
            render=lambda sent: {"expires_at": sent.expires_at}, status=201,
        )


class Login(HouseView):
    """Open a session with the code."""

    actions = {"POST": "session.login"}
    bodies = {"POST": serializers.LoginForm}
    replies = {"POST": serializers.TokenReply}
    authenticates = False

    def post(self, request: Request) -> HttpResponse:
        asked, device = self.body(), str(installation_of(request))
        return write(
            request,
            lambda actor, at: operations.redeem_code(actor=actor, at=at, device=device, language=request.language,
                                                     **asked),
            render=tokens, secret=True,
        )


class Refresh(HouseView):
    """Replace the refresh token and get a new access token."""

    actions = {"POST": "session.refresh"}
    bodies = {"POST": serializers.RefreshForm}
    replies = {"POST": serializers.TokenReply}
    authenticates = False

    def post(self, request: Request) -> HttpResponse:
        asked, device = self.body(), str(installation_of(request))
        return write(
            request, lambda actor, at: operations.refresh(actor=actor, at=at, device=device, **asked),
            render=tokens, secret=True,
        )


class Logout(HouseView):
    """Close this session."""

    actions = {"POST": "session.logout"}

    def post(self, request: Request) -> HttpResponse:
        return write(request, lambda actor, at: operations.logout(actor=actor, at=at, session_id=request.auth),
                     render=lambda _: None)


class Acting(HouseView):
    """Choose the membership this session acts for."""

    actions = {"POST": "session.act"}
    bodies = {"POST": serializers.ActingForm}
    replies = {"POST": serializers.MeReply}

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()
        return write(
            request, lambda actor, at: operations.act_for(actor=actor, at=at, session_id=request.auth, **asked),
            render=me,
        )


class Me(HouseView):
    """Who I am, and for whom I may act."""

    actions = {"GET": "me.read"}
    replies = {"GET": serializers.MeReply}

    def get(self, request: Request) -> HttpResponse:
        return reply(me(request.actor))


class Sessions(HouseView):
    """The devices I am signed in on."""

    actions = {"GET": "session.read"}
    replies = {"GET": serializers.SessionsReply}
    operation_ids = {"GET": "listSessions"}

    def get(self, request: Request) -> HttpResponse:
        return reply({"items": queries.sessions_of(request.actor.user_id, current=request.auth)})


class Session(HouseView):
    """Sign a device out, this one or another."""

    actions = {"DELETE": "session.revoke"}
    operation_ids = {"DELETE": "revokeSession"}

    def delete(self, request: Request, session_id: UUID) -> HttpResponse:
        return write(request, lambda actor, at: operations.revoke_session(actor=actor, at=at, session_id=session_id),
                     render=lambda _: None)


class SecondFactor(HouseView):
    """My authenticator app."""

    actions = {"GET": "second_factor.read", "POST": "second_factor.enrol", "DELETE": "second_factor.drop"}
    replies = {"GET": serializers.SecondFactorReply, "POST": serializers.EnrolmentReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        found = queries.second_factor_of(request.actor.user_id)
        return reply(asdict(found) | {"passed": request.proven.passed, "fresh": request.proven.fresh})

    def post(self, request: Request) -> HttpResponse:
        """A secret for the app, in force once a code of it was given to `confirm`. Asked again: the same secret."""
        return write(request, lambda actor, at: operations.enrol_second_factor(actor=actor, at=at),
                     render=asdict, status=201, secret=True)

    def delete(self, request: Request) -> HttpResponse:
        """Forget the app, to enrol another; a fresh code of it, or a recovery code, comes before."""
        return write(request, lambda actor, at: operations.drop_second_factor(actor=actor, at=at), render=lambda _: None)


class ConfirmSecondFactor(HouseView):
    """Put the app in force by its first code. The recovery codes are shown this once."""

    actions = {"POST": "second_factor.confirm"}
    bodies = {"POST": serializers.FactorCodeForm}
    replies = {"POST": serializers.ConfirmedReply}
    operation_ids = {"POST": "confirmSecondFactor"}

    def post(self, request: Request) -> HttpResponse:
        code = self.body()["code"]
        return write(request, lambda actor, at: operations.confirm_second_factor(
            actor=actor, at=at, session_id=request.auth, code=code), render=asdict, secret=True)


class GiveSecondFactor(HouseView):
    """Give a code of the app, or a recovery code: what moves money is open for fifteen minutes in this session."""

    actions = {"POST": "second_factor.give"}
    bodies = {"POST": serializers.FactorCodeForm}
    replies = {"POST": serializers.GivenReply}
    operation_ids = {"POST": "giveSecondFactor"}

    def post(self, request: Request) -> HttpResponse:
        code = self.body()["code"]
        return write(request, lambda actor, at: operations.give_second_factor(
            actor=actor, at=at, session_id=request.auth, code=code), render=asdict)


class Organisations(HouseView):
    """Register a company or oneself; the caller becomes its admin and acts for it."""

    actions = {"POST": "organisation.register"}
    bodies = {"POST": serializers.OrganisationForm}
    replies = {"POST": serializers.OrganisationReply}
    statuses = {"POST": 201}

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()
        return write(
            request,
            lambda actor, at: operations.register_organisation(actor=actor, at=at, session_id=request.auth, **asked),
            render=organisation, status=201,
        )


class Organisation(HouseView):
    """One's own organisation; any for the operator's staff."""

    actions = {"GET": "organisation.read"}
    replies = {"GET": serializers.OrganisationReply}

    def get(self, request: Request, organisation_id: UUID) -> HttpResponse:
        found = queries.organisation_of(request.actor, organisation_id)
        return reply(organisation(found), request=request, version=found.version)


class Members(HouseView):
    """The people of one's organisation."""

    actions = {"GET": "membership.read", "POST": "membership.invite"}
    bodies = {"POST": serializers.MemberForm}
    replies = {"GET": serializers.MembersReply, "POST": serializers.MembershipIdReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listMembers", "POST": "addMember"}

    def get(self, request: Request) -> HttpResponse:
        return reply({"items": queries.members_of(request.actor)})

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()
        return write(request, lambda actor, at: operations.add_member(actor=actor, at=at, **asked),
                     render=lambda membership_id: {"id": membership_id}, status=201)


class Member(HouseView):
    """End a membership; it counts from the member's next request on."""

    actions = {"DELETE": "membership.remove"}
    operation_ids = {"DELETE": "removeMember"}

    def delete(self, request: Request, membership_id: UUID) -> HttpResponse:
        return write(
            request, lambda actor, at: operations.remove_member(actor=actor, at=at, membership_id=membership_id),
            render=lambda _: None,
        )


def tokens(opened: Opened) -> dict[str, Any]:
    token, life = access_token(opened.session_id)
    return {
        "access_token": token, "token_type": "Bearer", "expires_in_s": life,
        "refresh_token": opened.refresh_token, "refresh_expires_at": opened.refresh_expires_at,
    }


def me(actor: Any) -> dict[str, Any]:
    found = queries.me_of(actor.user_id)
    return {
        "id": found.id, "phone": found.phone, "name": found.name, "language": found.language,
        "organisation_id": actor.organisation_id, "role": actor.role, "memberships": found.memberships,
    }


def organisation(found: queries.OrganisationView) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__slots__}
