"""The one verb of the record itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date

from . import steps
from .models import AuditAnchor
from .queries import AnchorRow


def anchor_lines(*, actor: Actor, at: datetime, again: bool = False) -> AnchorRow | None:
    """Put one hash over everything written so far; None if that was done today (in Almaty), unless `again`.

    Lines of transactions still open belong to the next anchor, whatever time they carry. The anchor's own audit line too.
    """
    day = almaty_date(at)
    if not again and AuditAnchor.objects.filter(day__gte=day).exists():
        return None
    made = AnchorRow.of(AuditAnchor(**steps.make_anchor(at=at, day=day)))
    steps.record(actor=actor, at=at, verb="anchor.make", object_type="anchor", object_id=UUID(int=made.number),
                 after={"chains": made.chains, "lines": made.lines, "root": made.root})
    return made
