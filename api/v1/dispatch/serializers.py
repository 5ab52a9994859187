from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Reply, StrictBoolean, StrictSerializer, Text
from api.v1.pickups.serializers import PROGRAMME


class ReoptimiseForm(StrictSerializer):
    programme = Text(max_length=40, pattern=PROGRAMME)
    dry_run = StrictBoolean(required=False, help_text="only tell what would change")


class ReoptimisedReply(Reply):
    programme = serializers.CharField()
    dry_run = serializers.BooleanField()
    loads = serializers.IntegerField(help_text="waiting pickups and unstarted jobs that were planned")
    jobs_rerouted = serializers.IntegerField(help_text="unstarted jobs that go to another plant")
    offers_rerouted = serializers.IntegerField(help_text="open offers that name another plant")
    offers_added = serializers.IntegerField(help_text="contracts asked besides those of the wave")
    overtaken = serializers.IntegerField(help_text="changes that came too late: somebody had answered, or the room was gone")
    cost_before = serializers.IntegerField(help_text="kilogram-kilometres, with the penalty for loads nobody takes")
    cost_after = serializers.IntegerField()
    bound = serializers.IntegerField(help_text="no plan of the same loads costs less")
    penalty_m = serializers.IntegerField(help_text="what a load left behind counts as, in metres")
