"""Whole journeys by phones that were out of reach for three days, through a network that loses three answers in ten (F29, F30).

Generators ask and call off; drivers race for the offers, drive, report and load with the generator's
code; recyclers weigh and receive. Everything is written down without a network and sent later, by clocks a day off, and in
the end every operation has happened exactly once: rows, tonnes and tenge.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Sum

from api.http.authentication import access_token
from api.models import IdempotencyKey, QueuedOperation
from collection.accounts import steps as accounts
from collection.custody.models import Consignment, Fact, Receipt, Weighing
from collection.dispatch.models import Incident, Job, Offer
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.db import in_transaction, now, transaction
from collection.kernel.ids import uuid7
from collection.payouts import operations as payouts
from collection.payouts.models import AccrualLine
from collection.pickups.models import Pickup
from collection.registry import operations as registry
from tests import cast
from tests.benches.web import serving
from tests.phone.client import Phone
from tests.phone.proxy import bad_network

pytestmark = pytest.mark.django_db(transaction=True)
FIFTHS = 20 if int(os.environ.get("NIGHTLY", "1")) > 1 else 1  # five phones, or a hundred
DAYS, A_DAY = 3, 2
TONNE = cast.TONNE


@dataclass
class Town:
    """Two generators and two drivers for each recycler, every one with a phone."""

    scene: cast.Scene
    port: int
    generators: list[tuple[Phone, cast.Generator]] = field(default_factory=list)
    drivers: list[tuple[Phone, UUID]] = field(default_factory=list)
    recyclers: list[tuple[Phone, UUID]] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random("phones"))

    def __post_init__(self) -> None:
        with transaction():
            for n in range(FIFTHS):
                plant = self.scene.recycler(km=20 + n)
                scale = registry.add_scales(actor=HOUSE, at=self.scene.at, scales=[registry.NewScale(
                    plant.actor.organisation_id, f"SC-{n}", "KZ-1", date(2020, 1, 1), date(2030, 12, 31), plant.facility_id)])
                self.recyclers.append((self.phone(plant.actor), scale[0].id))
            for n in range(2 * FIFTHS):
                generator = self.scene.new_generator(cast.away(n / 10))
                self.generators.append((self.phone(generator.actor), generator))
                collector = self.scene.collector(km=2 + n)
                assert collector.vehicle_id
                driver = cast.member(collector.actor.organisation_id, "driver")
                self.drivers.append((self.phone(driver), collector.vehicle_id))

    def phone(self, actor: Actor) -> Phone:
        at, session_id = now(), uuid7(now())
        installation, user_id = str(uuid7(at)), actor.user_id
        assert user_id
        accounts.open_session(id=session_id, user_id=user_id, device=installation, refresh_hash=session_id.bytes * 2,
                              at=at, expires_at=at + timedelta(days=4))
        ahead = timedelta(days=self.chance.choice((-1, 0, 1)), seconds=self.chance.randrange(300))
        return Phone(self.port, access_token(session_id)[0], installation, ahead=ahead,
                     chance=random.Random(self.chance.random()))

    def phones(self) -> list[Phone]:
        return [phone for phone, _ in (*self.generators, *self.drivers, *self.recyclers)]


def at_once(phones: Iterable[Phone], does: Callable[[Phone], Any]) -> None:
    with ThreadPoolExecutor(25) as pool:
        for done in [pool.submit(does, phone) for phone in phones]:
            done.result()


def meet(phones: list[Phone]) -> None:
    """The road comes back to town: everybody sends what waited, all at once, and hears the news."""
    at_once(phones, Phone.flush)
    at_once(phones, Phone.sync)


@pytest.fixture
def scene(reference: None, transactional_db: None) -> cast.Scene:
    return cast.Scene(at=datetime.now(UTC))


def test_three_days_of_queued_work_happen_exactly_once(scene):
    with serving(connection.settings_dict["NAME"]) as house, bad_network(house, seed=7) as network:
        town = Town(scene, network.port)
        phones = town.phones()
        at_once(phones, Phone.sync)  # the last time they were in reach: they know the house's clock
        asked, called_off = ask(town)
        meet([phone for phone, _ in town.generators])
        for pickup_id in asked:  # the house's own worker
            if pickup_id not in called_off:
                assert in_transaction(lambda one=pickup_id: scene.advance(one, at=now())) == "offered"
        race(town)
        drive(town)
        weigh(town)
        deliver(town)
        receive(town)
        at_once(phones, Phone.sync)
        assert network.done["answer_lost"] > 5 * FIFTHS and network.done["sent_twice"], network.done
        happened_once(town, asked, called_off)
        for phone in phones:
            again = Phone(house, phone.token, phone.installation, ahead=phone.ahead, chance=phone.chance)
            again.sync()
            assert everything(phone) == everything(again)


def everything(phone: Phone) -> dict[tuple[str, str], Any]:
    return {(kind, one["id"]): one for kind in ("pickups", "offers", "jobs", "consignments") for one in phone.kept(kind)}


def ask(town: Town) -> tuple[dict[UUID, int], set[UUID]]:
    """Six requests each in three days; one is called off before it was ever sent."""
    asked, called_off = dict[UUID, int](), set[UUID]()
    for phone, generator in town.generators:
        for n in range(DAYS * A_DAY):
            pickup_id, ago = phone.new_id(), timedelta(days=DAYS - n // A_DAY, hours=n % A_DAY)
            form = town.scene.request(site_id=generator.site_id, declared_g=(1 + n % 3) * TONNE)
            asked[pickup_id] = form.declared_g
            written = phone.do("pickups", {
                "id": str(pickup_id), "programme": form.programme, "site_id": str(form.site_id), "category": form.category,
                "declared_g": form.declared_g, "origin": form.origin, "window_from": form.window_from.isoformat(),
                "window_to": form.window_to.isoformat(), "occurred_at": phone.corrected(ago)}, ago=ago)
            if n == 1:
                called_off.add(pickup_id)
                phone.do(f"pickups/{pickup_id}/cancel", {"reason": "mistake"}, ago=ago, after=(written,))
    return asked, called_off


def race(town: Town) -> None:
    drivers = [phone for phone, _ in town.drivers]
    at_once(drivers, Phone.sync)
    for n, phone in enumerate(drivers):
        for offer in sorted(phone.kept("offers", state="open"), key=lambda one: (UUID(one["id"]).int + n) % 2):
            phone.do(f"offers/{offer['id']}/accept")
    meet(drivers)


def drive(town: Town) -> None:
    """The generator tells the driver the code at the gate: the one thing that never goes over the network."""
    at_once([phone for phone, _ in town.generators], Phone.sync)
    codes = {one["id"]: one["handover_code"] for phone, _ in town.generators for one in phone.kept("pickups")}
    for phone, vehicle_id in town.drivers:
        for n, job in enumerate(phone.kept("jobs", state="assigned")):
            path, ago = f"jobs/{job['id']}", timedelta(minutes=n)
            before = phone.do(f"{path}/en-route", ago=ago)
            before = phone.do(f"{path}/arrive", ago=ago, after=(before,))
            if n == 0:
                before = phone.do(f"{path}/incidents", {"kind": "no_access", "occurred_at": phone.corrected(ago)}, ago=ago,
                                  after=(before,))
            phone.do(f"{path}/collect", {
                "id": str(phone.new_id()), "handover_code": codes[job["pickup_id"]], "loaded_at": phone.corrected(),
                "vehicle_id": str(vehicle_id)}, ago=ago, after=(before,))
    meet([phone for phone, _ in town.drivers])


def net_of(consignment: str) -> int:
    return TONNE + int(consignment[-4:], 16) * 10


def weigh(town: Town) -> None:
    recyclers = [phone for phone, _ in town.recyclers]
    at_once(recyclers, Phone.sync)
    for phone, scale_id in town.recyclers:
        for n, load in enumerate(phone.kept("consignments")):
            tare = 3 * TONNE + 20_000 * n
            phone.do(f"consignments/{load['id']}/weighing", {
                "scale_id": str(scale_id), "ticket_number": f"T{n}", "occurred_at": phone.corrected(),
                "gross_g": tare + net_of(load["id"]), "tare_g": tare}, base_version=load["version"])
    meet(recyclers)


def deliver(town: Town) -> None:
    drivers = [phone for phone, _ in town.drivers]
    at_once(drivers, Phone.sync)
    for phone in drivers:
        for load in phone.kept("consignments"):
            phone.do(f"consignments/{load['id']}/deliver", base_version=load["version"])
    meet(drivers)


def receive(town: Town) -> None:
    recyclers = [phone for phone, _ in town.recyclers]
    at_once(recyclers, Phone.sync)
    for phone in recyclers:
        for load in phone.kept("consignments"):
            phone.do(f"consignments/{load['id']}/receipt", {
                "accepted_g": net_of(load["id"]) - 1000, "refused_g": 1000, "reason": "impurity",
                "occurred_at": phone.corrected()}, base_version=load["version"])
    meet(recyclers)


def happened_once(town: Town, asked: dict[UUID, int], called_off: set[UUID]) -> None:
    said = {one["key"]: one for phone in town.phones() for one in phone.operations()}
    results = [one for phone in town.phones() for one in phone.results()]
    done = {one["key"]: one for one in results if one["outcome"] in ("applied", "replayed")}
    others = [one for one in results if one["key"] not in done]
    for one in others:
        assert (one["outcome"], one["body"]["code"]) == ("conflict", "offer_already_taken"), (said[one["key"]], one)
    assert any(one["outcome"] == "replayed" for one in results)

    kept = {str(row.key): row for row in QueuedOperation.objects.all()}
    assert kept.keys() == done.keys()
    for key, row in kept.items():
        assert row.occurred_at == datetime.fromisoformat(said[key]["occurred_at"]) and row.skew_s is not None
        assert datetime.fromisoformat(done[key]["recorded_at"]) == row.recorded_at
    skews = {row.device: row.skew_s for row in kept.values()}
    for phone in town.phones():
        if phone.installation in skews:
            assert abs(skews[phone.installation] + phone.ahead.total_seconds()) < 60
    assert IdempotencyKey.objects.count() == sum(said[key]["method"] == "POST" for key in done)

    fetched = asked.keys() - called_off
    assert dict(Pickup.objects.values_list("id", "declared_g")) == asked
    assert set(Pickup.objects.filter(state="cancelled").values_list("id", flat=True)) == called_off
    assert Counter(Job.objects.values_list("pickup_id", flat=True)) == Counter(fetched)
    assert Counter(Offer.objects.filter(state="accepted").values_list("pickup_id", flat=True)) == Counter(fetched)
    drove = Job.objects.values("driver_id").distinct().count()
    assert Incident.objects.filter(kind="no_access").count() == drove
    loads = [str(pk) for pk in Consignment.objects.values_list("id", flat=True)]
    assert len(loads) == len(fetched)
    for papers in (Weighing, Receipt):
        assert Counter(str(pk) for pk in papers.objects.values_list("consignment_id", flat=True)) == Counter(loads)

    nets = {pk: net_of(pk) for pk in loads}
    grams = dict(Fact.objects.values_list("measure").annotate(Sum("grams")))
    accepted = sum(nets.values()) - 1000 * len(nets)
    assert grams["received"] == accepted and grams["collected"] in (accepted, sum(nets.values())), grams
    in_transaction(lambda: payouts.accrue(actor=HOUSE, at=now(), programme_id=town.scene.programme.id))
    lines = AccrualLine.objects.all()
    assert len({(one.consignment_id, one.stage) for one in lines}) == len(lines) >= len(loads)
    for one in lines:
        assert one.mass_g in (nets[str(one.consignment_id)], nets[str(one.consignment_id)] - 1000)
        assert abs(one.amount_tiyn - one.index_tiyn * one.coefficient * one.mass_g / TONNE) <= 1
