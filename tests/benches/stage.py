"""Who takes part in the bench of writes: eight phones of each kind, signed in, and a great many pickups on offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from api.http.authentication import access_token
from collection.accounts import steps as accounts
from collection.demo import filler, inserting
from collection.dispatch.models import Offer
from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from collection.pickups.models import Pickup
from notifications.devices import put_device
from tests import cast
from tests.benches import baseline
from tests.benches.measure import ROUNDS
from tests.benches.web import CLIENTS

#: Requests of one client in one round, over HTTP and by pgbench: about two seconds of each.
HTTP_N, BARE_N = 100, 300
ACCEPTS_OVER_HTTP = CLIENTS * HTTP_N * (ROUNDS + 1) + CLIENTS * 10
ACCEPTS = ACCEPTS_OVER_HTTP + CLIENTS * BARE_N * (ROUNDS + 1) + 10


@dataclass(frozen=True, slots=True)
class Person:
    user_id: UUID
    organisation_id: UUID
    token: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Eight generators, collectors and recyclers with their phones signed in, and a great many pickups on offer."""

    database: str
    scene: cast.Scene
    generators: list[tuple[Person, UUID]]  # with the site
    collectors: list[tuple[Person, UUID]]  # with the contract
    recyclers: list[tuple[Person, cast.Contractor]]


def people(database: str) -> Stage:
    at = datetime.now(UTC).replace(microsecond=0)
    scene = cast.Scene(at=at)
    generators = [scene.generator, *(scene.new_generator() for _ in range(CLIENTS - 1))]
    collectors = [scene.collector(km=3 + client) for client in range(CLIENTS)]
    recyclers = [scene.recycler(km=30 + client) for client in range(CLIENTS)]
    return Stage(
        database, scene, [(signed_in(one.actor, at), one.site_id) for one in generators],
        [(signed_in(one.actor, at), one.contract_id) for one in collectors],
        [(signed_in(one.actor, at), one) for one in recyclers])


def signed_in(actor: Any, at: datetime) -> Person:
    """The person's phone, with a live session and a device that pushes go to."""
    session_id = uuid7(at)
    accounts.open_session(id=session_id, user_id=actor.user_id, device=str(uuid4()), refresh_hash=uuid4().bytes * 2, at=at,
                          expires_at=at + timedelta(days=1))
    put_device(recipient_id=actor.user_id, installation_id=uuid4(), kind="token", value=str(uuid4()),
               platform="android", language="ru", at=at)
    return Person(actor.user_id, actor.organisation_id, access_token(session_id)[0])


def offers(stage: Stage) -> None:
    """Pickups on offer to three collectors each; number n is meant for client n modulo 8, with its own recycler."""
    sites = rows("SELECT id, organisation_id, region_id, district_id, point::text FROM registry_site WHERE id = ANY(%s)",
                 [[site for _, site in stage.generators]])
    by_id = {site["id"]: site for site in sites}
    at = stage.scene.at
    baseline.table(
        "bench_client", "n int, user_id uuid, organisation_id uuid, site_id uuid",
        [(n, one.user_id, one.organisation_id, site) for n, (one, site) in enumerate(stage.generators)])
    baseline.table(
        "bench_party", "n int, contract_id uuid, organisation_id uuid, user_id uuid, recycler_contract_id uuid, "
        "recycler_organisation_id uuid, recycler_user_id uuid, facility_id uuid",
        [(n, contract, one.organisation_id, one.user_id, plant.contract_id, recycler.organisation_id,
          recycler.user_id, plant.facility_id)
         for n, ((one, contract), (recycler, plant)) in enumerate(zip(stage.collectors, stage.recyclers, strict=True))])
    site = by_id[stage.generators[0][1]]
    made = f"generate_series(0, {ACCEPTS - 1}) n JOIN bench_client ON bench_client.n = n.n % {CLIENTS}"
    moment = f"'{at.isoformat()}'::timestamptz"
    with inserting.bulk():
        inserting.insert(Pickup, {
            "id": inserting.made_id(filler.PICKUP, "n.n"), "programme_id": f"'{stage.scene.programme.id}'::uuid",
            "generator_id": "organisation_id", "site_id": "site_id", "category_id": "'polymer'", "declared_g": "2000000",
            "origin": "'own_premises'", "window_from": f"{moment} + interval '4 hours'",
            "window_to": f"{moment} + interval '9 hours'", "point": f"'{site['point']}'::geography",
            "region_id": f"'{site['region_id']}'", "district_id": f"'{site['district_id']}'" if site["district_id"] else "NULL",
            "state": "'offered'", "occurred_at": moment, "submitted_at": moment, "created_by": "user_id", "wave": "1"}, made)
        for rank in range(3):
            inserting.insert(Offer, {
                "id": inserting.made_id(0xB0 + rank, "n.n"), "pickup_id": inserting.made_id(filler.PICKUP, "n.n"),
                "contract_id": "contract_id", "organisation_id": "organisation_id", "wave": "1", "rank": str(rank + 1),
                "distance_m": "5000", "recycler_contract_id": "recycler_contract_id", "facility_id": "facility_id",
                "offered_at": moment, "expires_at": f"{moment} + interval '1 day'"},
                f"generate_series(0, {ACCEPTS - 1}) n JOIN bench_party ON bench_party.n = (n.n + {rank}) % {CLIENTS}")
    execute(f"CREATE SEQUENCE bench_accept MINVALUE 0 START {ACCEPTS_OVER_HTTP}")
    execute("GRANT USAGE ON SEQUENCE bench_accept TO house_app")
    execute("GRANT SELECT ON bench_client, bench_party TO house_app")
    execute(baseline.UUID7)


def offer_id(number: int, rank: int) -> str:
    return f"{0xB0 + rank:x}000000-0000-7000-8000-{number:012x}"
