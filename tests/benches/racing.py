"""Accepts that race for the same offers, batch after batch, counted: not one double. NIGHTLY multiplies the batches."""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point

from collection.dispatch import operations as dispatch
from collection.dispatch.models import Offer
from collection.dispatch.operations import Accepted, OfferAlreadyTaken
from collection.kernel.db import now, rows, transaction
from collection.kernel.ids import uuid7
from collection.pickups.models import Pickup
from tests import cast, database
from tests.benches.databases import Databases
from tests.benches.measure import figure, say
from tests.races import invariants
from tests.races.crowd import Crowd

#: Each batch: so many pickups on offer, each to so many rivals, all of whom accept at the same moment.
PICKUPS, RIVALS = 10, 10
BATCHES = 50
A_MILLION = 1_000_000 // (PICKUPS * RIVALS)


def run(databases: Databases, *, batches: int = BATCHES * int(os.environ.get("NIGHTLY", "1"))) -> None:
    # each of the crowd connects by itself, so it is the settings that must name the database
    with database.connected_to(databases.make("racing")):
        scene = cast.Scene(at=datetime.now(UTC))
        with transaction():
            collectors, plant = scene.collectors(RIVALS, quota_g=10**13), scene.recycler(
                capacity_g=10**13, quotas={"polymer": 10**13})
        crowd, ends = Crowd(PICKUPS * RIVALS), Counter[str]()
        started = time.perf_counter()
        try:
            for batch in range(batches):
                offers = on_offer(scene, collectors, plant)
                for end in crowd.run([partial(dispatch.accept_offer, actor=who.actor, at=now(), offer_id=offer)
                                      for who, offer in offers]):
                    ends[type(end).__name__] += 1
                if batch % 1000 == 999:
                    say(f"  {batch + 1} of {batches} batches: {dict(ends)}")
        finally:
            crowd.close()
        spent = time.perf_counter() - started
        assert set(ends) == {Accepted.__name__, OfferAlreadyTaken.__name__}, ends
        [counted] = rows("SELECT count(*) AS jobs, count(DISTINCT pickup_id) AS pickups FROM dispatch_job")
        invariants.hold()
    databases.drop("house_bench_racing")
    attempts = batches * PICKUPS * RIVALS
    figure(f"racing accepts, {RIVALS} rivals for each of {PICKUPS} pickups at once: attempts", attempts, "accepts")
    figure("racing accepts: pickups won twice", counted["jobs"] - counted["pickups"], "doubles")
    figure("racing accepts: pickups nobody won", batches * PICKUPS - counted["pickups"], "pickups")
    figure("racing accepts: answered", attempts / spent, "1/s")


def on_offer(scene: cast.Scene, collectors: list[cast.Contractor], plant: cast.Contractor) -> list[tuple[Any, UUID]]:
    """New pickups, each on offer to all of the collectors: (who, offer), rivals for one pickup side by side."""
    at, offers, found = now(), [], []
    site = rows("SELECT organisation_id, region_id, district_id, ST_X(point::geometry) AS x, ST_Y(point::geometry) AS y "
                "FROM registry_site WHERE id = %s", [scene.generator.site_id])[0]
    pickups = [Pickup(
        id=uuid7(at), programme_id=scene.programme.id, generator_id=site["organisation_id"], site_id=scene.generator.site_id,
        category_id="polymer", declared_g=2 * cast.TONNE, origin="own_premises", window_from=at + timedelta(hours=4),
        window_to=at + timedelta(hours=9), point=Point(site["x"], site["y"], srid=4326), region_id=site["region_id"],
        district_id=site["district_id"], state="offered", occurred_at=at, submitted_at=at, wave=1) for _ in range(PICKUPS)]
    with transaction():
        Pickup.objects.bulk_create(pickups)
        for pickup in pickups:
            for rank, who in enumerate(collectors, start=1):
                offers.append(Offer(
                    id=uuid7(at), pickup=pickup, contract_id=who.contract_id, organisation_id=who.actor.organisation_id,
                    wave=1, rank=rank, distance_m=1000 * rank, recycler_contract_id=plant.contract_id,
                    facility_id=plant.facility_id, offered_at=at, expires_at=at + timedelta(minutes=15)))
                found.append((who, offers[-1].id))
        Offer.objects.bulk_create(offers)
    return found
