"""The papers of a load: its transport sheet with who signed what, the order made from its ticket, incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Q

from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound
from collection.kernel.words import Words
from collection.registry.rules import plate_of

from ..models import Consignment, Incident, Receipt, Return, Signature, StockOrder, StoredTare, TransportSheet
from ..orders import StockOrderView, pdf
from ..states import SIGNATURE_PARTIES


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One seal. `digest`: SHA-256 of what the party signed; `holds`: whether the rows still say the same."""

    party: str
    method: str
    signed_by: UUID | None
    signer_number: str | None
    certificate_serial: str | None
    verified_by: str | None
    digest: str
    holds: bool
    signed_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ToSign:
    """The very text a party signs, and its SHA-256 (hex)."""

    party: str
    content: str
    digest: str


@dataclass(frozen=True, slots=True)
class SheetView:
    consignment_id: UUID
    number: int
    version: int  # the consignment's
    estimated_g: int | None
    packages: str
    plate: str
    driver_name: str
    remark: str
    drawn_at: datetime
    signatures: tuple[SignatureView, ...]
    to_sign: tuple[ToSign, ...]  # of the parties the asker may sign for
    closed_by: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentView:
    id: UUID
    kind: str
    note: str
    organisation_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    photos: tuple[tuple[UUID, str], ...]  # upload and the hash of its original bytes


@dataclass(frozen=True, slots=True)
class TareView:
    """A stored tare, in grams; `expires_on` is the last day it may be used on."""

    id: UUID
    vehicle_id: UUID
    plate: str
    scale_id: UUID
    ticket_number: str
    tare_g: int
    weighed_at: datetime
    expires_on: date


def tares(actor: Actor, *, plate: str | None = None, after: UUID | None = None, limit: int | None = None) -> list[TareView]:
    """Tares of one's own vehicles and from one's own scales (all, for the operator's staff), the newest first."""
    found = StoredTare.objects.select_related("vehicle")
    if not (actor.is_house or actor.role in STAFF_ROLES):
        found = found.filter(Q(vehicle__organisation=actor.organisation_id) | Q(scale__organisation=actor.organisation_id))
    if plate:
        found = found.filter(vehicle__plate=plate_of(plate) or "")
    if after:
        found = found.filter(pk__lt=after)
    return [TareView(one.pk, one.vehicle_id, one.vehicle.plate, one.scale_id, one.ticket_number, one.tare_g, one.weighed_at,
                     one.expires_on) for one in found.order_by("-pk")[:limit]]


def parties_of(actor: Actor, load: Consignment) -> tuple[str, ...]:
    """The parties of this load that the actor may sign for: those their organisation is."""
    owners = {"generator": load.generator_id, "driver": load.collector_id, "recycler": load.recycler_id}
    mine = actor.organisation_id
    return tuple(party for party in SIGNATURE_PARTIES
                 if owners[party] is not None and owners[party] == mine and (party == "recycler" or load.parent_id is None))


def content_of(consignment_id: UUID, party: str) -> str | None:
    """What `party` puts its name to, as the database says it (`sealed_content`); None where there is nothing yet."""
    return rows("SELECT sealed_content(%s, %s) AS content", [consignment_id, party])[0]["content"]


def sheet(actor: Actor, consignment_id: UUID) -> SheetView:
    """A load's transport sheet (of a part: its source's), for its parties and the operator's staff; NotFound otherwise."""
    load = Consignment.objects.visible_to(actor).filter(pk=consignment_id).first()
    found = load and TransportSheet.objects.filter(pk=load.source_id).first()
    if not load or not found:
        raise NotFound
    signed = [
        SignatureView(
            one.party, one.method, one.signed_by, one.signer_number or None, one.certificate_serial or None,
            one.verified_by or None, one.digest, digest_of(content_of(one.consignment_id, one.party)) == one.digest,
            one.signed_at, one.recorded_at)
        for one in Signature.objects.filter(consignment__in={load.pk, load.source_id}).order_by("recorded_at", "id")
    ]
    texts = {party: content_of(load.pk, party) for party in parties_of(actor, load)}
    back = Return.objects.filter(pk=load.pk).first()
    receipt = Receipt.objects.filter(consignment=load, accepted_g__gt=0).first()
    closing = ("return", back.recorded_at) if back else ("receipt", receipt.recorded_at) if receipt else (None, None)
    return SheetView(
        load.pk, load.number, load.version, found.estimated_g, found.packages, found.plate, found.driver_name, found.remark,
        found.drawn_at, tuple(signed),
        tuple(ToSign(party, text, digest_of(text)) for party, text in texts.items() if text is not None), *closing)


def digest_of(content: str | None) -> str:
    return sha256((content or "").encode()).hexdigest()


def stock_order(actor: Actor, consignment_id: UUID) -> StockOrderView:
    """The order made from a load's ticket; NotFound before the weighing, and for whoever may not see the load."""
    load = Consignment.objects.visible_to(actor).filter(pk=consignment_id).select_related("category").first()
    row = load and StockOrder.objects.select_related("weighing__scale", "organisation").filter(
        weighing__consignment=load.source_id).first()
    if not load or not row:
        raise NotFound
    ticket = row.weighing
    return StockOrderView(
        row.number, row.drawn_on, load.pk, load.number, row.organisation_id, row.organisation.name,
        row.organisation.identity_number, load.category_id,
        Words(load.category.name_kk, load.category.name_ru, load.category.name_en), load.waste_code_id, row.mass_g,
        ticket.gross_g, ticket.tare_g, ticket.ticket_number, ticket.scale.serial, ticket.certificate_number,
        ticket.certified_from, ticket.certified_until, ticket.occurred_at, ticket.recorded_at, ticket.manual,
        ticket.estimated, ticket.stored_tare_id is not None, ticket.tare_until)


def stock_order_pdf(actor: Actor, consignment_id: UUID) -> bytes:
    """The same order as a PDF, in Kazakh and Russian."""
    return pdf(stock_order(actor, consignment_id))


def incidents(actor: Actor, consignment_id: UUID) -> list[IncidentView]:
    """What went wrong with a load, in the order of recording; NotFound for whoever may not see it."""
    if not Consignment.objects.visible_to(actor).filter(pk=consignment_id).exists():
        raise NotFound
    return [
        IncidentView(one.pk, one.kind, one.note, one.organisation_id, one.occurred_at, one.recorded_at,
                     tuple((photo.upload_id, photo.sha256) for photo in one.photos.all()))
        for one in Incident.objects.filter(consignment=consignment_id).prefetch_related("photos").order_by("recorded_at", "id")
    ]
