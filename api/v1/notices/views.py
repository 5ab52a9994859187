from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.rendering import dumps, reply, tagged
from api.http.views import HouseView
from api.http.writes import write
from collection.accounts import operations, queries
from collection.accounts.rights import may
from collection.kernel.words import Words
from notifications import announcements, contacts, inbox, statistics
from notifications.contacts import Contact, Way
from notifications.events import AT_ONCE, MATTERS

from . import serializers


def settings_json(found: Contact) -> dict[str, Any]:
    said = asdict(found)
    return {"language": said["language"], "time_zone": said["zone"], "email": said["email"], "has_phone": said["has_phone"],
            "quiet_from": clock(found.quiet_from), "quiet_until": clock(found.quiet_until), "ways": said["ways"],
            "at_once": sorted(AT_ONCE), "falls_back": sorted(MATTERS)}


def clock(value: Any) -> str | None:
    return value and value.isoformat("minutes")


class Settings(HouseView):
    """How I want to be told things: language, quiet hours, and for each event whether by push, SMS or e-mail."""

    actions = {"GET": "inbox.read", "PUT": "inbox.mark"}
    bodies = {"PUT": serializers.SettingsForm}
    replies = {"GET": serializers.SettingsReply, "PUT": serializers.SettingsReply}
    operation_ids = {"GET": "readNotificationSettings", "PUT": "putNotificationSettings"}

    def get(self, request: Request) -> HttpResponse:
        me = request.actor.user_id
        usual = Contact(queries.languages_of([me])[me], "", contacts.ZONES[0], None, None, False, ())
        return reply(settings_json(contacts.of(me) or usual))

    def put(self, request: Request) -> HttpResponse:
        asked = self.body()
        ways = [Way(**way) for way in asked["ways"]]
        return write(
            request, lambda actor, at: operations.choose_notices(
                actor=actor, at=at, language=asked["language"], email=asked["email"], zone=asked["time_zone"],
                quiet_from=asked.get("quiet_from"), quiet_until=asked.get("quiet_until"), ways=ways),
            render=settings_json)


class Delivered(HouseView):
    """My phone has these pushes; ids that are not mine are passed over."""

    actions = {"POST": "inbox.mark"}
    bodies = {"POST": serializers.DeliveredForm}
    operation_ids = {"POST": "markNotificationsDelivered"}

    def post(self, request: Request) -> HttpResponse:
        ids = self.body()["notice_ids"]
        return write(request, lambda actor, at: inbox.mark_delivered(recipient_id=actor.user_id, notice_ids=ids, at=at),
                     render=lambda _: None)


class Statistics(HouseView):
    """How well messages arrive, by day, event and channel."""

    actions = {"GET": "message_statistics.read"}
    queries = {"GET": serializers.StatisticsQuery}
    replies = {"GET": serializers.StatisticsReply}
    operation_ids = {"GET": "readMessageStatistics"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        return reply({"items": [asdict(one) for one in statistics.by_day(asked["since"], asked["until"])]})


class QuietHours(HouseView):
    """The programme's quiet hours, for whoever has not chosen their own."""

    actions = {"GET": "inbox.read", "PUT": "quiet_hours.set"}
    bodies = {"PUT": serializers.QuietHoursForm}
    replies = {"GET": serializers.QuietHoursReply, "PUT": serializers.QuietHoursReply}
    operation_ids = {"GET": "readQuietHours", "PUT": "putQuietHours"}

    def get(self, request: Request) -> HttpResponse:
        return reply(self.now())

    def put(self, request: Request) -> HttpResponse:
        asked = self.body()
        return write(request, lambda actor, at: operations.set_quiet_hours(actor=actor, at=at, **asked),
                     render=lambda _: self.now())

    def now(self) -> dict[str, str | None]:
        begins, ends = contacts.house_hours() or (None, None)
        return {"quiet_from": clock(begins), "quiet_until": clock(ends)}


class Announcements(HouseView):
    """What the programme tells everybody now; ask with If-None-Match. Whoever posts them sees those to come and all roles'."""

    actions = {"GET": "announcement.read", "POST": "announcement.post"}
    bodies = {"POST": serializers.AnnouncementForm}
    replies = {"GET": serializers.AnnouncementsReply, "POST": serializers.PostedReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listAnnouncements", "POST": "postAnnouncement"}

    def get(self, request: Request) -> HttpResponse:
        role = request.actor.role
        found = announcements.current(role, coming=may(role, "announcement.post"))
        body = dumps({"items": [asdict(one) for one in found]})
        return tagged(request, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()
        asked |= {"title": Words(**asked["title"]), "body": Words(**asked["body"])}
        return write(request, lambda actor, at: operations.post_announcement(actor=actor, at=at, **asked),
                     render=lambda made: {"id": made}, status=201)


class End(HouseView):
    """It is over, or never begins."""

    actions = {"POST": "announcement.post"}
    operation_ids = {"POST": "endAnnouncement"}

    def post(self, request: Request, announcement_id: UUID) -> HttpResponse:
        return write(
            request, lambda actor, at: operations.end_announcement(actor=actor, at=at, announcement_id=announcement_id),
            render=lambda _: None)
