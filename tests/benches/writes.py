"""T1-T4 and T11: submitting and accepting over HTTP, against the same rows by pgbench and against a view that does nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client

from collection.demo import filler, inserting
from collection.kernel.db import transaction
from tests.benches import baseline
from tests.benches.databases import Databases
from tests.benches.measure import Sample, figure, interleaved, say
from tests.benches.stage import ACCEPTS, ACCEPTS_OVER_HTTP, BARE_N, HTTP_N, Person, Stage, offer_id, offers, people
from tests.benches.web import CLIENTS, Connection, Loaded, load, request, serving


def run(databases: Databases) -> None:
    name = databases.make("writes")
    with databases.using(name):
        with transaction():
            stage = people(name)
        offers(stage)
        inserting.analyse()
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


# --- what is sent ----------------------------------------------------------------------------------------------------

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
               {inserting.made_id(filler.PICKUP, "next.n")} AS pickup_id, {inserting.made_id(0xB0, "next.n")} AS offer_id
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
