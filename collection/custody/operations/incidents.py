"""What went wrong with a load, said by one of its parties, with photos as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, Unprocessable
from collection.pickups import steps as pickups
from notifications import outbox

from .. import notices
from ..models import Consignment, Incident, IncidentPhoto
from .refusals import Wrongs


@dataclass(frozen=True, slots=True)
class NewIncident:
    """`kind` of states.LOAD_INCIDENTS; `upload_ids`: stored photos of the reporter's own organisation."""

    consignment_id: UUID
    kind: str
    occurred_at: datetime
    note: str = ""
    upload_ids: Sequence[UUID] = ()


def report_incident(*, actor: Actor, at: datetime, new: NewIncident) -> UUID:
    """Write it down for good; the load's masses and state stay as they are. The other parties are told.

    Each photo is kept by the hash of its original bytes. Errors: NotFound; OccurredInFuture, or Unprocessable with
    `before_loading`, `evidence_needed` (neither a note nor a photo), `duplicate`, `not_found` (not the reporter's photo) and
    `photo_not_stored`. Returns the incident's id.
    """
    load = Consignment.objects.visible_to(actor).filter(pk=new.consignment_id).first()
    if load is None or not (actor.is_house or actor.organisation_id in (load.collector_id, load.recycler_id)):
        raise NotFound
    hashes, unfit = pickups.evidence(new.upload_ids, actor=actor)
    wrongs = Wrongs([new])
    wrongs.future(0, new.occurred_at, at)
    if new.occurred_at < load.loaded_at:
        wrongs.add(Unprocessable, 0, "occurred_at", "before_loading", loaded_at=load.loaded_at.isoformat())
    if not new.note and not new.upload_ids:
        wrongs.add(Unprocessable, 0, "note", "evidence_needed")
    for n, code in unfit:
        wrongs.add(Unprocessable, 0, f"upload_ids/{n}", code)
    wrongs.refuse()
    row = Incident.objects.create(
        id=uuid7(at), consignment=load, kind=new.kind, note=new.note, organisation_id=actor.organisation_id,
        occurred_at=new.occurred_at, recorded_at=at, reported_by=actor.user_id)
    IncidentPhoto.objects.bulk_create([
        IncidentPhoto(incident=row, upload_id=pk, sha256=hashes[pk]) for pk in new.upload_ids])
    audit.record(actor=actor, at=at, verb="consignment.incident", object_type="consignment", object_id=load.pk, after={
        "incident": row.pk, "kind": new.kind, "occurred_at": new.occurred_at,
        "photos": [hashes[pk] for pk in new.upload_ids]})
    people = accounts.recipients(notices.told("incident", [load]))
    outbox.put(notices.moved("incident", [load], actor, people), at=at)
    return row.pk
