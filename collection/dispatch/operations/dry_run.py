"""What would happen to a request, before anything is offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry

from collection.contracts.models import Programme
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date

from .. import queries
from .requests import Checked, NewPickup, judge, stand_of


@dataclass(frozen=True, slots=True)
class DryRun:
    """`told` is the explanation the first wave would leave; the first `wave_size` of its ranking would be asked at once."""

    checked: Checked
    wave_size: int
    told: dict[str, Any]


def try_pickup(*, actor: Actor, at: datetime, new: NewPickup) -> DryRun:
    """Whom a request would be offered to, and why to nobody else. Refuses what `submit_pickup` refuses; writes nothing."""
    stand = stand_of(actor, at, new)
    programme = Programme.objects.get(pk=stand["programme_id"])
    point: Any = GEOSGeometry(stand["point"])
    weighed = queries.weigh(queries.Load(
        stand["programme_id"], new.category, stand["region_id"], new.declared_g, almaty_date(new.window_from),
        (point.x, point.y), stand["organisation_id"]), programme)
    return DryRun(judge(stand, new), len(weighed.wave(programme)), queries.explain(weighed))
