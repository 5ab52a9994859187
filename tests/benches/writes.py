"""T1-T4 and T11: submitting and accepting over HTTP, against the same rows by pgbench and against a view that does nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.test import Client

from api.http.authentication import access_token
from collection.accounts import steps as accounts
from collection.demo import filler
from collection.dispatch.models import Offer
from collection.kernel.db import execute, rows, transaction
from collection.kernel.ids import uuid7
from collection.pickups.models import Pickup
from notifications.devices import put_device
from tests import cast
from tests.benches import baseline
from tests.benches.databases import Databases
from tests.benches.measure import ROUNDS, Sample, figure, interleaved, say
from tests.benches.web import CLIENTS, Connection, Loaded, load, request, serving

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


def run(databases: Databases) -> None:
    name = databases.make("writes")
    with databases.using(name):
        with transaction():
            stage = people(name)
        offers(stage)
        filler.analyse()
        say(f"writes: {ACCEPTS:,} pickups on offer")
        with serving(name) as port:
            submitting(stage, port)
            accepting(stage, port)
            listing(stage, port)
        query_counts(stage)
    databases.drop(name)


def submitting(stage: Stage, port: int) -> None:
    example = json.loads(sent(port, submission(stage, 0)))
    written = baseline.written_by("pickups_pickup", "id", example["id"])
    statement = submit_statement(stage, written, example["id"])
    baseline.same_rows(written, statement, "pickups_pickup", "id", {"client_id": 0})
    over_http: list[Loaded] = []
    empty: list[Loaded] = []
    found = interleaved({
        "http": lambda: rate(over_http, load(port, [
            [submission(stage, client) for _ in range(HTTP_N)] for client in range(CLIENTS)]), 201),
        "bare": lambda: baseline.pgbench(stage.database, statement, clients=CLIENTS, transactions=BARE_N),
        "empty": lambda: rate(empty, load(port, [[request("GET", "/bench/empty")] * HTTP_N] * CLIENTS), 200),
    })
    figure("T1 submit a pickup over HTTP, 8 clients (baseline: the same rows, one statement, pgbench)", found["http"],
           "requests/s", found["bare"])
    figure("T1 submit a pickup over HTTP, 8 clients (baseline: an empty DRF view)", found["http"], "requests/s",
           found["empty"])
    figure("T3 submit, p99 (baseline: p99 of an empty DRF view)", percentiles(over_http, 0.99), "ms", percentiles(empty, 0.99))
    figure("submit, p50 (baseline: p50 of an empty DRF view)", percentiles(over_http, 0.5), "ms", percentiles(empty, 0.5))


def accepting(stage: Stage, port: int) -> None:
    turns = [count(client, CLIENTS) for client in range(CLIENTS)]

    def acceptance(client: int) -> bytes:
        path = f"/api/v1/offers/{offer_id(next(turns[client]), 0)}/accept"
        return request("POST", path, token=stage.collectors[client][0].token, Idempotency_Key=str(uuid4()))

    example = json.loads(sent(port, acceptance(0)))
    written = baseline.written_by("dispatch_job", "id", example["job_id"])
    statement = accept_statement(stage, written)
    baseline.same_rows(written, statement, "dispatch_job", "id", {})
    over_http: list[Loaded] = []
    found = interleaved({
        "http": lambda: rate(over_http, load(port, [
            [acceptance(client) for _ in range(HTTP_N)] for client in range(CLIENTS)]), 200),
        "bare": lambda: baseline.pgbench(stage.database, statement, clients=CLIENTS, transactions=BARE_N),
    })
    figure("T2 accept an offer over HTTP, 8 clients, distinct offers (baseline: the same rows, one statement, pgbench)",
           found["http"], "requests/s", found["bare"])
    figure("accept, p99", percentiles(over_http, 0.99), "ms", percentiles(over_http, 0.5))


def listing(stage: Stage, port: int) -> None:
    kept: list[Loaded] = []
    mine = [[request("GET", "/api/v1/pickups?limit=20", token=person.token)] * HTTP_N for person, _ in stage.generators]
    found = interleaved({
        "list": lambda: rate(kept, load(port, mine), 200),
        "empty": lambda: rate(kept, load(port, [[request("GET", "/bench/empty")] * HTTP_N] * CLIENTS), 200),
    })
    figure("T4 list my 20 pickups, 8 clients (baseline: an empty DRF view)", found["list"], "requests/s", found["empty"])


def query_counts(stage: Stage) -> None:
    """Statements sent for one request, without BEGIN and COMMIT."""
    (generator, _), (collector, _) = stage.generators[0], stage.collectors[0]
    body = json.dumps(form(stage, 0))
    asked: dict[str, tuple[float, Callable[[Client], Any]]] = {
        "submit": (8, lambda phone: phone.post(
            "/api/v1/pickups", body, content_type="application/json", headers=keyed(generator))),
        "accept": (6, lambda phone: phone.generic(
            "POST", f"/api/v1/offers/{offer_id(next(left), 0)}/accept", headers=keyed(collector))),
        "list": (2, lambda phone: phone.get("/api/v1/pickups?limit=20", headers=keyed(generator))),
    }
    left = count(ACCEPTS_OVER_HTTP - CLIENTS * 4, CLIENTS)
    for name, (goal, ask) in asked.items():
        phone, sent_statements = Client(), [0]

        def listen(execute: Any, sql: str, params: Any, many: bool, context: Any, seen: list[int] = sent_statements) -> Any:
            seen[0] += 1
            return execute(sql, params, many, context)

        ask(phone)
        with connection.execute_wrapper(listen):
            answer = ask(phone)
        assert answer.status_code in (200, 201), answer.content
        figure(f"T11 {name}, statements (baseline: the goal)", sent_statements[0], "statements", goal)


# --- who and what is there -----------------------------------------------------------------------------------------

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
    with filler.bulk():
        filler.insert(Pickup, {
            "id": filler.made_id(filler.PICKUP, "n.n"), "programme_id": f"'{stage.scene.programme.id}'::uuid",
            "generator_id": "organisation_id", "site_id": "site_id", "category_id": "'polymer'", "declared_g": "2000000",
            "origin": "'own_premises'", "window_from": f"{moment} + interval '4 hours'",
            "window_to": f"{moment} + interval '9 hours'", "point": f"'{site['point']}'::geography",
            "region_id": f"'{site['region_id']}'", "district_id": f"'{site['district_id']}'" if site["district_id"] else "NULL",
            "state": "'offered'", "occurred_at": moment, "submitted_at": moment, "created_by": "user_id", "wave": "1"}, made)
        for rank in range(3):
            filler.insert(Offer, {
                "id": filler.made_id(0xB0 + rank, "n.n"), "pickup_id": filler.made_id(filler.PICKUP, "n.n"),
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


def form(stage: Stage, client: int) -> dict[str, Any]:
    at = stage.scene.at
    return {
        "programme": stage.scene.code, "site_id": str(stage.generators[client][1]), "category": "polymer",
        "declared_g": 2_000_000, "origin": "own_premises", "window_from": (at + timedelta(hours=4)).isoformat(),
        "window_to": (at + timedelta(hours=9)).isoformat(), "note": "Қоймадан, 2-қақпа"}


def submission(stage: Stage, client: int) -> bytes:
    return request("POST", "/api/v1/pickups", token=stage.generators[client][0].token,
                   body=json.dumps(form(stage, client)).encode(), Idempotency_Key=str(uuid4()))


def keyed(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}", "Idempotency-Key": str(uuid4())}


def sent(port: int, raw: bytes) -> bytes:
    status, body = Connection(port).send(raw)
    assert status in (200, 201), (status, body)
    return body


def rate(kept: list[Loaded], loaded: Loaded, expected: int) -> float:
    assert set(loaded.statuses) == {expected}, loaded.statuses
    kept.append(loaded)
    return loaded.rate


def percentiles(kept: list[Loaded], share: float) -> Sample:
    return Sample(tuple(one.percentile(share) for one in kept[1:]))  # the first round was the warm-up


# --- the ceilings --------------------------------------------------------------------------------------------------

def submit_statement(stage: Stage, written: baseline.Written, pickup_id: str) -> str:
    """One statement with every row of a submission, for the generator of pgbench's client."""
    (person, site), (pickup,) = stage.generators[0], written["pickups_pickup"]
    key = written["api_idempotencykey"][0]
    names = {
        pickup_id: "one.pickup_id", str(person.user_id): "one.user_id", str(person.organisation_id): "one.organisation_id",
        str(site): "one.site_id", str(key["key"]): "one.key", str(pickup["submitted_at"]): "one.at",
        **{str(row["id"]): "one.notice_id" for row in written["notifications_notice"]},
    }
    return f"""WITH one AS MATERIALIZED (
        SELECT user_id, organisation_id, site_id, bench_uuid7() AS pickup_id, bench_uuid7() AS notice_id,
               gen_random_uuid() AS key, clock_timestamp() AS at FROM bench_client WHERE n = :client_id),
        {baseline.inserts(written, names)}
        SELECT pickup_id FROM one"""


def accept_statement(stage: Stage, written: baseline.Written) -> str:
    """One statement with every row of an acceptance, for the next pickup on offer."""
    job, key = written["dispatch_job"][0], written["api_idempotencykey"][0]
    (winner, contract), (recycler, plant) = stage.collectors[0], stage.recyclers[0]
    notices = {row["recipient_id"]: row["id"] for row in written["notifications_notice"]}
    told = {stage.generators[0][0].user_id: "generator", recycler.user_id: "recycler",
            stage.collectors[1][0].user_id: "loser1", stage.collectors[2][0].user_id: "loser2"}
    names = {
        str(job["pickup_id"]): "one.pickup_id", str(job["id"]): "one.job_id", str(job["assigned_at"]): "one.at",
        str(contract): "one.contract_id", str(winner.organisation_id): "one.organisation_id",
        str(winner.user_id): "one.user_id", str(plant.contract_id): "one.recycler_contract_id",
        str(recycler.organisation_id): "one.recycler_organisation_id", str(plant.facility_id): "one.facility_id",
        str(key["key"]): "one.key",
    }
    for user_id, who in told.items():
        names[str(user_id)] = f"one.{who}_user"
        if str(user_id) in notices:
            names[str(notices[str(user_id)])] = f"one.{who}_notice"
    return f"""WITH next AS MATERIALIZED (SELECT nextval('bench_accept') AS n), one AS MATERIALIZED (
        SELECT party.*, party.recycler_user_id AS recycler_user, generator.user_id AS generator_user,
               first.user_id AS loser1_user, second.user_id AS loser2_user,
               {", ".join(f"bench_uuid7() AS {who}_notice" for who in told.values())}, bench_uuid7() AS job_id,
               gen_random_uuid() AS key, clock_timestamp() AS at,
               {filler.made_id(filler.PICKUP, "next.n")} AS pickup_id, {filler.made_id(0xB0, "next.n")} AS offer_id
        FROM next JOIN bench_party party ON party.n = next.n % {CLIENTS}
        JOIN bench_party first ON first.n = (next.n + 1) % {CLIENTS}
        JOIN bench_party second ON second.n = (next.n + 2) % {CLIENTS}
        JOIN bench_client generator ON generator.n = next.n % {CLIENTS}),
        won AS (UPDATE dispatch_offer SET state = 'accepted', answered_at = one.at FROM one
            WHERE id = one.offer_id AND state = 'open' AND expires_at > clock_timestamp()),
        taken AS (UPDATE pickups_pickup p SET state = 'accepted', collector_id = one.organisation_id,
            collector_contract_id = one.contract_id, recycler_id = one.recycler_organisation_id,
            recycler_contract_id = one.recycler_contract_id, facility_id = one.facility_id, accepted_at = one.at,
            handover_code = '123456', version = p.version + 1 FROM one WHERE p.id = one.pickup_id AND p.state = 'offered'),
        lost AS (UPDATE dispatch_offer o SET state = 'withdrawn', answered_at = one.at FROM one
            WHERE o.pickup_id = one.pickup_id AND o.id <> one.offer_id AND o.state = 'open'),
        {baseline.inserts(written, names, but=("dispatch_offer", "pickups_pickup"))}
        SELECT job_id FROM one"""
