"""What the replay was built from, so that an unchanged one is kept."""

from __future__ import annotations

from django.db import models


class Replay(models.Model):
    """Written last: a replay without its row was interrupted and is built anew."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    seed = models.IntegerField()
    built = models.JSONField()
    finished_at = models.DateTimeField()
