from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from notifications import inbox

from . import serializers


class Notices(HouseView):
    """My notices, newest first."""

    actions = {"GET": "inbox.read"}
    queries = {"GET": serializers.NoticeQuery}
    replies = {"GET": serializers.NoticesReply}
    operation_ids = {"GET": "listNotifications"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = inbox.entries(
            recipient_id=request.actor.user_id, language=request.language, unread=asked["unread"],
            after=page.after, limit=page.limit + 1,
        )
        return reply(page.answer(found, position=lambda one: one.position, render=lambda one: one))


class Read(HouseView):
    """Mark notices as read; ids that are not mine are passed over."""

    actions = {"POST": "inbox.mark"}
    bodies = {"POST": serializers.ReadForm}
    replies = {"POST": serializers.ReadReply}
    operation_ids = {"POST": "markNotificationsRead"}

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()

        def mark(actor, at):  # type: ignore[no-untyped-def]
            inbox.mark_read(recipient_id=actor.user_id, notice_ids=asked.get("notice_ids"), at=at)
            return inbox.unread(recipient_id=actor.user_id)

        return write(request, mark, render=lambda left: {"unread": left})
