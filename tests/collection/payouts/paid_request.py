"""One request from the shop's photo to the bank's yes: what an inspector would ask the papers of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from PIL import Image

from collection.custody import operations as custody
from collection.dispatch.models import Job
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.pickups import operations as pickups
from tests.collection.custody.haul import TONNE, Haul
from tests.collection.payouts.office import Office


@dataclass(frozen=True)
class PaidRequest:
    pickup_id: UUID
    load_id: UUID
    photo_id: UUID
    photo_sha256: str
    claims: tuple[UUID, ...]


def stored_photo(actor: Actor, at, shade: str = "green") -> tuple[UUID, str]:
    out = BytesIO()
    Image.new("RGB", (8, 8), shade).save(out, "JPEG")
    data = out.getvalue()
    digest = sha256(data).hexdigest()
    photo = pickups.announce_photo(actor=actor, at=at, content_type="image/jpeg", size=len(data), sha256=digest)
    picture = pickups.check_photo(upload_id=photo.id, data=data)
    assert picture
    pickups.keep(photo.id, picture)
    pickups.store_photo(actor=actor, at=at, upload_id=photo.id, picture=picture)
    return photo.id, digest


def paid_request(haul: Haul, office: Office) -> PaidRequest:
    """Declared 5.000 t, net 4.620 t, refused 0.380 t; both contracts' claims paid. `UPLOAD_ROOT` is the test's."""
    scene, at = haul.scene, haul.scene.at
    photo_id, digest = stored_photo(scene.generator.actor, at)
    pickup_id = scene.offered(declared_g=5 * TONNE, photo_ids=(photo_id,))
    job = scene.accept(haul.collector, pickup_id)
    load_id = uuid7(at)
    custody.load(actor=haul.collector.actor, at=at, loads=[custody.Load(
        loaded_at=at, job_id=job.job_id, vehicle_id=haul.collector.vehicle_id, id=load_id,
        handover_code=Job.objects.get(pk=job.job_id).pickup.handover_code)])
    custody.weigh(actor=haul.recycler.actor, at=at, tickets=[haul.ticket(load_id, at, 4_620_000)])
    custody.deliver(actor=haul.collector.actor, at=at, consignment_ids=[load_id])
    custody.receive(actor=haul.recycler.actor, at=at, receipts=[
        custody.NewReceipt(load_id, 4_240_000, 380_000, at, "impurity")])
    haul.batch(at + timedelta(hours=1), [load_id], 4_240_000)
    office.accrue(at)
    month = date(at.year, at.month, 1)
    claims = tuple(office.paid(one, at, month).id for one in (haul.collector, haul.recycler))
    return PaidRequest(pickup_id, load_id, photo_id, digest, claims)
