from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Reply, StrictInteger, StrictQuery, Text
from api.http.pagination import DEFAULT_LIMIT, MAX_LIMIT
from api.v1.consignments.serializers import ConsignmentReply
from api.v1.jobs.serializers import JobReply
from api.v1.offers.serializers import OfferReply
from api.v1.pickups.serializers import PickupReply

KINDS = ("pickup", "offer", "job", "consignment")
GONE_REASONS = ("deleted", "access_lost")


class SyncQuery(StrictQuery):
    since = Text(max_length=600, required=False, help_text="`next` of the answer before; without it everything is listed")
    limit = StrictInteger(min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT)


class GoneReply(Reply):
    kind = serializers.ChoiceField(KINDS)
    id = serializers.UUIDField()
    reason = serializers.ChoiceField(GONE_REASONS)


class SyncReply(Reply):
    pickups = PickupReply(many=True)
    offers = OfferReply(many=True)
    jobs = JobReply(many=True)
    consignments = ConsignmentReply(many=True)
    gone = GoneReply(many=True, help_text="to be dropped; not an error for an id the phone never had")
    next = serializers.CharField(help_text="keep it, and send it as `since`")
    has_more = serializers.BooleanField(help_text="ask again at once")
