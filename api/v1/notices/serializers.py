"""How people are told things, how well it arrives, and what the programme tells everybody."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from api.http.fields import (
    Clock,
    Day,
    Id,
    Instant,
    ListOf,
    OneOf,
    Reply,
    StrictBoolean,
    StrictQuery,
    StrictSerializer,
    Text,
    Wrong,
)
from api.http.pagination import MAX_LIMIT
from api.v1.catalog.serializers import WordsReply
from collection.accounts.rights import MEMBER_ROLES
from collection.kernel.words import LANGUAGES
from notifications.contacts import ZONES
from notifications.events import EVENTS

ADDRESSED = ("newcomer", *MEMBER_ROLES)
SHOWN = ("push", "sms", "email")
MAIL = r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
LONGEST = timedelta(days=92)


class WayForm(StrictSerializer):
    event = OneOf(EVENTS)
    push = StrictBoolean()
    sms = StrictBoolean(default=False)
    email = StrictBoolean(default=False)


class SettingsForm(StrictSerializer):
    language = OneOf(LANGUAGES)
    time_zone = OneOf(ZONES, default=ZONES[0], help_text="of the region one lives in")
    email = Text(max_length=200, min_length=0, pattern=MAIL, default="")
    quiet_from = Clock(required=False, help_text="by one's own clock; without both, the programme's hours hold")
    quiet_until = Clock(required=False, help_text="the same as quiet_from: no quiet hours")
    ways = ListOf(child=WayForm(), max_length=len(EVENTS), default=list, help_text="other events go their usual way")


class WayReply(Reply):
    event = serializers.ChoiceField(EVENTS)
    push = serializers.BooleanField()
    sms = serializers.BooleanField()
    email = serializers.BooleanField()


class SettingsReply(Reply):
    language = serializers.ChoiceField(LANGUAGES)
    time_zone = serializers.ChoiceField(ZONES)
    email = serializers.CharField()
    quiet_from = Clock(allow_null=True)
    quiet_until = Clock(allow_null=True)
    has_phone = serializers.BooleanField(help_text="an SMS would be sent where pushes fail")
    ways = WayReply(many=True)
    at_once = serializers.ListField(child=serializers.ChoiceField(EVENTS), help_text="told in quiet hours, too")
    falls_back = serializers.ListField(
        child=serializers.ChoiceField(EVENTS), help_text="told by SMS or e-mail when no push arrives, unless declined")


class DeliveredForm(StrictSerializer):
    notice_ids = ListOf(child=Id(), min_length=1, max_length=MAX_LIMIT)


class QuietHoursForm(StrictSerializer):
    quiet_from = Clock()
    quiet_until = Clock(help_text="the same as quiet_from: none")


class QuietHoursReply(Reply):
    quiet_from = Clock(allow_null=True)
    quiet_until = Clock(allow_null=True)


class StatisticsQuery(StrictQuery):
    since = Day(help_text="in Almaty")
    until = Day(help_text="included; at most 92 days")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not asked["since"] <= asked["until"] <= asked["since"] + LONGEST:
            raise Wrong("out_of_range", at="until")
        return asked


class ArrivedReply(Reply):
    day = serializers.DateField()
    event = serializers.CharField()
    channel = serializers.ChoiceField(SHOWN)
    put = serializers.IntegerField()
    sent = serializers.IntegerField(help_text="the service took it")
    delivered = serializers.IntegerField(help_text="a phone said it has it; pushes only")
    expired = serializers.IntegerField()
    under_way = serializers.IntegerField()
    failed = serializers.DictField(child=serializers.IntegerField(), help_text="by reason")
    median_ms = serializers.IntegerField(allow_null=True, help_text="from due to sent")
    p95_ms = serializers.IntegerField(allow_null=True)


class StatisticsReply(Reply):
    items = ArrivedReply(many=True)


class TitleForm(StrictSerializer):
    kk = Text(max_length=100)
    ru = Text(max_length=100)
    en = Text(max_length=100)


class BodyForm(StrictSerializer):
    kk = Text(max_length=1000, lines=True)
    ru = Text(max_length=1000, lines=True)
    en = Text(max_length=1000, lines=True)


class AnnouncementForm(StrictSerializer):
    roles = ListOf(child=OneOf(ADDRESSED), max_length=len(ADDRESSED), default=list, help_text="none: everybody signed in")
    title = TitleForm()
    body = BodyForm()
    starts_at = Instant()
    ends_at = Instant(help_text="at most 92 days later")


class AnnouncementReply(Reply):
    id = serializers.UUIDField()
    roles = serializers.ListField(child=serializers.ChoiceField(ADDRESSED))
    title = WordsReply()
    body = WordsReply()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class AnnouncementsReply(Reply):
    items = AnnouncementReply(many=True)


class PostedReply(Reply):
    id = serializers.UUIDField()
