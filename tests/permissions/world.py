"""One of everything, each thing somebody's: what the permission table is tried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from django.apps import apps
from PIL import Image

from collection.accounts import operations as accounts
from collection.accounts.steps import open_session
from collection.contracts import operations as contracts
from collection.custody import operations as custody
from collection.custody.models import Certificate
from collection.dispatch import operations as dispatch, queries
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.calendar import month_of
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from collection.kernel.words import Words
from collection.payouts import operations as payouts
from collection.payouts.declarations import CURRENT as DECLARATION
from collection.payouts.queries.sampling import population
from collection.payouts.rules.sampling import drawn as falls
from collection.pickups import operations as pickups
from collection.registry.models import Base
from notifications.devices import put_device
from tests import cast
from tests.collection.custody.haul import two_contracts

#: The noun before an id in a path -> (whose row that is, and how the row names the organisation it belongs to).
MODELS = {
    "organisations": ("accounts.Organisation", "id"), "members": ("accounts.Membership", "organisation"),
    "contracts": ("contracts.Contract", "organisation"),
    "applications": ("contracts.ContractApplication", "organisation"),
    "sites": ("registry.Site", "organisation"), "bases": ("registry.Base", "organisation"),
    "facilities": ("registry.Facility", "organisation"), "vehicles": ("registry.Vehicle", "organisation"),
    "scales": ("registry.Scale", "organisation"),
    "pickups": ("pickups.Pickup", "generator"), "uploads": ("pickups.Upload", "organisation"),
    "offers": ("dispatch.Offer", "organisation"), "jobs": ("dispatch.Job", "organisation"),
    "plans": ("dispatch.Plan", "contract__organisation"), "routes": ("dispatch.Route", "plan__contract__organisation"),
    "consignments": ("custody.Consignment", "collector"), "certificates": ("custody.Certificate", "generator"),
    "weighings": ("custody.Weighing", "consignment__collector"),
    "receipts": ("custody.Receipt", "consignment__recycler"),
    "corrections": ("custody.Proposal", "consignment__recycler"),
    "groupings": ("custody.Grouping", "collector"),
    "batches": ("custody.Batch", "contract__organisation"), "sales": ("custody.Sale", "facility__organisation"),
    "keys": ("accounts.ApiKey", "organisation"),
    "webhooks": ("notifications.Webhook", "organisation_id"),
    "claims": ("payouts.Claim", "contract__organisation"),
    "appeals": ("payouts.Appeal", "claim__contract__organisation"), "holds": ("payouts.Hold", "line__contract__organisation"),
    "inspections": ("payouts.Inspection", "consignment__collector"),
}


@dataclass(frozen=True)
class World:
    """`things`: noun -> id as it stands in a path. `sides`: generator, collector and recycler, who own them."""

    things: dict[str, str]
    sides: dict[str, UUID]


def make() -> World:
    """A pickup that was offered and accepted, a load that was recycled and claimed, and a phone that hears of it."""
    scene = cast.Scene()
    haul = two_contracts(scene)
    pickup_id = scene.offered()
    with frozen(scene.at):
        scene.accept(haul.collector, pickup_id)
        routes_of(haul.collector, scene.at)
    application_of(haul.collector, scene)
    Certificate.objects.create(
        id=uuid7(scene.at), code="0123456789ABCDEF", programme_id=scene.programme.id, month_from=date(2026, 1, 1),
        generator_id=scene.generator.actor.organisation_id, month_to=date(2026, 1, 1), lines=[], issued_at=scene.at)
    store_photo(scene.generator.actor, scene.at)
    load = haul.recycled(loaded_at := scene.at - timedelta(days=40), [5 * cast.TONNE])
    custody.group(actor=HOUSE, at=scene.at, new=custody.NewGrouping(
        tuple(haul.weighed(scene.at, [cast.TONNE])), scene.at, plate="001AAA02"))
    custody.propose_correction(actor=haul.recycler.actor, at=scene.at, new=custody.NewCorrection(load[0], 4_900_000, "slip"))
    payouts.accrue(actor=HOUSE, at=scene.at, programme_id=scene.programme.id, consignment_ids=load)
    payouts.set_payer(actor=scene.finance, at=scene.at, programme=scene.code, name="ТОО «Оператор»",
                      identity_number=cast.identity_number(), iban=cast.iban(), bic="KCJBKZKX", purpose="859")
    appeal_of(scene, haul.collector, month=loaded_at.date())
    register = register_of(scene, haul.recycler, month=loaded_at.date())
    drawn = inspection_of(scene, month=loaded_at.date())
    phone = uuid7(scene.at)
    assert haul.collector.actor.user_id
    put_device(recipient_id=haul.collector.actor.user_id, installation_id=phone, kind="token", value="token",
               platform="android", language="kk", at=scene.at)
    session = uuid7(scene.at)
    open_session(id=session, user_id=haul.collector.actor.user_id, device=str(phone), refresh_hash=session.bytes * 2, at=scene.at,
                 expires_at=scene.at + timedelta(days=999))
    announcement = accounts.post_announcement(
        actor=scene.manager, at=scene.at, roles=[], title=Words("а", "а", "a"), body=Words("а", "а", "a"),
        starts_at=scene.at, ends_at=scene.at + timedelta(days=1))
    accounts.create_webhook(actor=haul.collector.actor, at=scene.at, url="https://erp.example.kz/in", events=["job.changed"])
    accounts.create_key(actor=haul.collector.actor, at=scene.at, name="ERP", scopes=["photos"],
                        expires_at=scene.at + timedelta(days=9))
    sides = {side: one.organisation_id for side, one in (
        ("generator", scene.generator.actor), ("collector", haul.collector.actor), ("recycler", haul.recycler.actor))}
    change = contracts.propose_tariff_change(
        actor=HOUSE, at=scene.at, programme=scene.code, reason="decree", tariffs=[contracts.NewTariff(
            "glass", "collection", Decimal(1), date(2026, 1, 1), "decree")])
    things = {"programmes": scene.code, "announcements": str(announcement), "tariff-changes": str(change.id),
              "devices": str(phone), "sessions": str(session), "registers": str(register), "inspection-draws": str(drawn)}
    for noun, (label, owner) in MODELS.items():
        row = apps.get_model(label)._default_manager.filter(**{f"{owner}__in": sides.values()}).first()
        if row is not None:
            things[noun] = str(row.pk)
    return World(things, {side: owner for side, owner in sides.items() if owner})


def store_photo(actor: Actor, at: datetime) -> None:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    data = out.getvalue()
    photo = pickups.announce_photo(
        actor=actor, at=at, content_type="image/jpeg", size=len(data), sha256=sha256(data).hexdigest())
    picture = pickups.check_photo(upload_id=photo.id, data=data)
    assert picture
    pickups.keep(photo.id, picture)
    pickups.store_photo(actor=actor, at=at, upload_id=photo.id, picture=picture)


def application_of(collector: cast.Contractor, scene: cast.Scene) -> None:
    base = Base.objects.filter(organisation=collector.actor.organisation_id).first()
    assert base
    contracts.apply_for_contract(actor=collector.actor, at=scene.at, asked=contracts.Asked(
        scene.code, "collection", date(2026, 1, 1), cast.iban(), [("glass", cast.TONNE)], [cast.ALMATY], base_id=base.pk))


def routes_of(collector: cast.Contractor, at: datetime) -> None:
    given = queries.read_day(queries.base_of(HOUSE, contract_id=collector.contract_id), at.date(), at=at)
    assert dispatch.adopt_plan(actor=HOUSE, at=at, draft=queries.draft(given))


def inspection_of(scene: cast.Scene, *, month: date) -> UUID:
    """The month's lottery, with a seed by which the lot falls on somebody."""
    loads = population(scene.programme.id, month_of(month))
    seed = next(seed for seed in map(str, range(10_000)) if any(
        falls(seed, month_of(month), one.consignment_id, one.flags) for one in loads))
    return payouts.draw_inspections(actor=scene.manager, at=scene.at, programme=scene.code, month=month, seed=seed).id


def appeal_of(scene: cast.Scene, contractor: cast.Contractor, *, month: date) -> None:
    """A claim that was returned, to which the contractor has an answer."""
    claim = payouts.prepare_claim(actor=contractor.actor, at=scene.at, contract_id=contractor.contract_id, month=month)
    assert claim
    payouts.submit_claim(actor=contractor.actor, at=scene.at, claim_id=claim.id, act_number="A-2", einvoice_number="E-2",
                         declaration=DECLARATION)
    payouts.return_claim(actor=scene.manager, at=scene.at, claim_id=claim.id, reason="photo is blurred")
    payouts.file_appeal(actor=contractor.actor, at=scene.at, claim_id=claim.id, words="it is not")


def register_of(scene: cast.Scene, contractor: cast.Contractor, *, month: date) -> UUID:
    """The month claimed, verified by the manager, approved by finance, put into a register that a second one approved."""
    claim = payouts.prepare_claim(actor=contractor.actor, at=scene.at, contract_id=contractor.contract_id, month=month)
    assert claim
    payouts.submit_claim(actor=contractor.actor, at=scene.at, claim_id=claim.id, act_number="A-1", einvoice_number="E-1",
                         declaration=DECLARATION)
    payouts.verify_claim(actor=scene.manager, at=scene.at, claim_id=claim.id)
    payouts.approve_claim(actor=scene.finance, at=scene.at, claim_id=claim.id)
    register = payouts.prepare_register(actor=scene.finance, at=scene.at, claim_ids=[claim.id]).id
    second = cast.member(scene.manager.organisation_id, "finance")  # type: ignore[arg-type]
    payouts.approve_register(actor=second, at=scene.at, register_id=register)
    return register
