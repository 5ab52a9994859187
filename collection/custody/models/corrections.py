"""What was sealed wrongly: nothing is edited, the last edition counts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from .loads import Consignment
from .plant import Batch


class Correction(models.Model):
    """The accepted mass as it should have been. The receipt stays as it was signed; the last edition counts.

    `batch` is set where the load had been processed: its input and its loss change by the same grams.
    """

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="corrections")
    edition = models.PositiveSmallIntegerField()  # 2 for the first one: the receipt itself is the first edition
    was_g = models.BigIntegerField()
    accepted_g = models.BigIntegerField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="corrections")
    reason = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    corrected_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consignment", "edition"], name="correction_edition_once"),
            models.CheckConstraint(condition=Q(accepted_g__gt=0) & ~Q(accepted_g=F("was_g")), name="correction_corrects"),
            models.CheckConstraint(condition=~Q(reason="") & Q(edition__gte=2), name="correction_has_reason"),
        ]
