"""What went wrong with a load, and its evidence. Append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from collection.accounts.models import Organisation
from collection.pickups.models import Upload

from ..states import LOAD_INCIDENTS
from .loads import Consignment


class Incident(models.Model):
    """Something happened to a load on its way or at the plant; it changes no mass and no state by itself."""

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="incidents")
    kind = models.CharField(max_length=20, choices=[(one, one) for one in LOAD_INCIDENTS])
    note = models.CharField(max_length=500, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reported_by = models.UUIDField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=LOAD_INCIDENTS), name="load_incident_is_known")]


class IncidentPhoto(models.Model):
    """A photo as evidence. The hash of its original bytes is copied: the row proves it without the upload."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="photos")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "upload"], name="evidence_once")]
