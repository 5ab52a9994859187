"""What the replay was built from, so that an unchanged one is kept; and the labels of the fraud set."""

from __future__ import annotations

from django.db import models

from collection.contracts.models import Programme


class Replay(models.Model):
    """Written last: a replay without its row was interrupted and is built anew."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    seed = models.IntegerField()
    built = models.JSONField()
    finished_at = models.DateTimeField()


class Planted(models.Model):
    """What was planted, and as what. No other room reads this table; a test looks.

    `subject`: a consignment's id (also of one that the door refused), a claim's or, of a race, a contract's; `way`: of an
    insider, who it was.
    """

    programme = models.ForeignKey(Programme, models.PROTECT)
    kind = models.CharField(max_length=30)
    subject = models.UUIDField()
    way = models.CharField(max_length=36, blank=True)
