"""What is broken on purpose, by the numbers of the design's table ("Faults to inject").

A fault is a function of the estate and the town, run beside the load. It injects, heals, and may assert what only it can
see; that everything promised still holds is asked of every fault alike, by `trial`.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
from django.db import connection

from collection.kernel.db import now, rows, transaction
from collection.kernel.ids import uuid7
from collection.kernel.words import Words
from notifications import outbox
from tests.faults.estate import Estate, wait
from tests.faults.kept import Kept
from tests.faults.town import GaveUp, Person, Refused, Town, until as wait_for

Inject = Callable[[Estate, Town], str]


@dataclass(frozen=True, slots=True)
class Fault:
    id: str
    what: str
    threatens: str
    inject: Inject  # returns what it saw, for the table
    smoke: bool


FAULTS: dict[str, Fault] = {}


def fault(number: str, what: str, threatens: str, *, smoke: bool = False) -> Callable[[Inject], Inject]:
    def known(inject: Inject) -> Inject:
        FAULTS[number] = Fault(number, what, threatens, inject, smoke)
        return inject

    return known


# -- pausing a transaction in its middle -------------------------------------------------------------------------------
_GATE = """
CREATE OR REPLACE FUNCTION trial_gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END $$
"""


@contextmanager
def gate(estate: Estate, table: str) -> Iterator[Callable[[], None]]:
    """Whoever inserts into `table` waits, in the middle of the transaction, until the block ends.

    Gives a function that returns when somebody waits there.
    """
    estate.ask(f"{_GATE}; CREATE TRIGGER trial_gate AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION trial_gate()")
    keeper = keep_lock()
    try:
        yield lambda: void(wait(f"somebody at the gate of {table}", lambda: rows(
            "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted")[0]["n"]))
    finally:
        keeper()
        estate.ask(f"DROP TRIGGER IF EXISTS trial_gate ON {table}")


def keep_lock() -> Callable[[], None]:
    """Hold the gate's lock in a connection of its own; the returned function lets go."""
    wanted = {"dbname", "user", "host", "port", "password"}
    place = {name: value for name, value in connection.get_connection_params().items() if name in wanted}
    line = psycopg.connect(**place, autocommit=True)
    line.execute("SELECT pg_advisory_lock(4711)")
    return line.close


def void(_: object) -> None:
    return None


def aside(do: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    return thread


def shown(seconds: float) -> str:
    return f"{seconds:.1f} s"


def offered(pickup_id: UUID) -> bool:
    return bool(rows("SELECT FROM dispatch_offer WHERE pickup_id = %s", [pickup_id]))


def waves(pickup_id: UUID) -> tuple[int, int]:
    found = rows("SELECT count(*) AS n, count(DISTINCT contract_id) AS contracts FROM dispatch_offer "
                 "WHERE pickup_id = %s AND wave = 1", [pickup_id])[0]
    return found["n"], found["contracts"]


# -- workers -----------------------------------------------------------------------------------------------------------
@fault("F1", "kill -9 of the pool's processes in the middle of a task", "I9 I11", smoke=True)
def pool_child_dies(estate: Estate, town: Town) -> str:
    with gate(estate, "dispatch_offer") as somebody_waits:
        pickup_id = town.ask(0)
        somebody_waits()
        killed = estate.kill_children("worker")
    back = wait("the wave", lambda: offered(pickup_id))
    assert waves(pickup_id) == (3, 3), waves(pickup_id)
    return f"{killed} killed; the wave went out {shown(back)} later, once"


@fault("F2", "kill -9 of a whole worker in the middle of a task", "I9 I11", smoke=True)
def worker_dies(estate: Estate, town: Town) -> str:
    with gate(estate, "dispatch_offer") as somebody_waits:
        pickup_id = town.ask(1)
        somebody_waits()
        estate.kill("worker")
    back = wait("the wave", lambda: offered(pickup_id))
    assert waves(pickup_id) == (3, 3), waves(pickup_id)
    return f"redelivered {shown(back)} after its death"


@fault("F4", "SIGTERM to a worker, SIGKILL two seconds later", "I9 I11")
def worker_is_deployed_roughly(estate: Estate, town: Town) -> str:
    asked = [town.ask(n % 4) for n in range(20)]
    os.kill(estate.pid("worker"), signal.SIGTERM)
    time.sleep(2)
    estate.kill("worker")
    back = wait("twenty waves", lambda: all(map(offered, asked)))
    return f"20 requests were offered within {shown(back)}"


@fault("F36", "a task that no worker survives, and one that always fails", "I11 I18", smoke=True)
def poison(estate: Estate, town: Town) -> str:
    victim = uuid7(now())
    with transaction():
        for task in ("trial.segfault", "trial.crash"):
            outbox.work(task=task, object_id=victim, at=now())
    before = town.lives
    took = wait("the death of both", lambda: rows(
        "SELECT count(*) AS n FROM notifications_outboxrow WHERE object_id = %s AND state = 'dead'", [victim])[0]["n"] == 2)
    found = rows("SELECT task, attempts, last_error FROM notifications_outboxrow WHERE object_id = %s ORDER BY task", [victim])
    assert [one["attempts"] for one in found] == [outbox.MAX_ATTEMPTS] * 2 and all(one["last_error"] for one in found), found
    assert town.lives > before, "nobody else got on"
    return f"dead after {outbox.MAX_ATTEMPTS} attempts in {shown(took)}; {town.lives - before} other loads went their way"


@fault("F12", "beat is killed, and two of them run", "I7 I9")
def beat_dies_and_doubles(estate: Estate, town: Town) -> str:
    estate.kill("beat")
    estate.commands["beat2"] = tuple(one.replace("/beat", "/beat2") for one in estate.commands["beat"])
    estate.start("beat2")
    time.sleep(10)
    second = estate.house.processes.pop("beat2")
    os.killpg(second.pid, signal.SIGKILL)
    second.wait()
    return "the schedule was rung twice for ten seconds"


# -- the web -----------------------------------------------------------------------------------------------------------
@fault("F5", "kill -9 of a web worker in the middle of a transaction", "I1 I2", smoke=True)
def web_worker_dies(estate: Estate, town: Town) -> str:
    pickup_id, key = uuid7(datetime.now(UTC)), str(uuid4())
    with gate(estate, "pickups_pickup") as somebody_waits:
        asking = aside(lambda: town.ask(2, key=key, pickup_id=pickup_id))
        somebody_waits()
        estate.kill_children("web")
        time.sleep(0.3)
        assert not rows("SELECT FROM pickups_pickup WHERE id = %s", [pickup_id]), "half a request was written"
    asking.join(60)
    assert len(rows("SELECT FROM pickups_pickup WHERE id = %s", [pickup_id])) == 1
    assert len(rows("SELECT FROM api_idempotencykey WHERE key = %s", [key])) == 1
    return "nothing of it was written; the same key gave one row"


@fault("F6", "kill -9 of a web worker after the commit, before the answer", "I2", smoke=True)
def answer_dies(estate: Estate, town: Town) -> str:
    pickup_id, key = uuid7(datetime.now(UTC)), str(uuid4())
    estate.web.becomes("deaf")
    asking = aside(lambda: town.ask(3, key=key, pickup_id=pickup_id))
    wait("the commit", lambda: rows("SELECT FROM pickups_pickup WHERE id = %s", [pickup_id]))
    estate.kill_children("web")
    estate.web.becomes("open")
    asking.join(60)
    op = next(op for op in town.history.ops if op.key == key)
    assert op.outcome == "ok" and op.tries > 1 and op.answer["id"] == str(pickup_id), op
    assert len(rows("SELECT FROM audit_auditline WHERE object_id = %s AND verb = 'pickup.submit'", [pickup_id])) == 1
    return f"the stored answer came at try {op.tries}"


@fault("F28", "every answer is lost, ten times and more", "I2 I5", smoke=True)
def answers_are_lost(estate: Estate, town: Town) -> str:
    pickup_id, key = uuid7(datetime.now(UTC)), str(uuid4())
    estate.web.becomes("deaf")
    asking = aside(lambda: town.ask(1, key=key, pickup_id=pickup_id))
    op = wait_for(lambda: next((op for op in town.history.ops if op.key == key and op.tries > 10), None), "ten tries")
    estate.web.becomes("open")
    asking.join(60)
    assert op.outcome == "ok" and op.answer["id"] == str(pickup_id), op
    assert len(rows("SELECT FROM audit_auditline WHERE object_id = %s AND verb = 'pickup.submit'", [pickup_id])) == 1
    assert len(rows("SELECT FROM pickups_declared WHERE pickup_id = %s", [pickup_id])) == 1
    return f"done once, told at try {op.tries}"


@fault("F26", "fifty parallel duplicates of one request under one key", "I2", smoke=True)
def one_key_fifty_times(estate: Estate, town: Town) -> str:
    generator, site_id = town.generators[0]
    pickup_id, key = uuid7(datetime.now(UTC)), str(uuid4())
    body = town.request(pickup_id, site_id)
    with ThreadPoolExecutor(50) as crowd:
        told = list(crowd.map(lambda _: generator.once("POST", "pickups", body, key), range(50)))
    statuses = sorted(status for status, _, _ in told)
    assert set(statuses) <= {201, 409}, statuses
    assert all(answer["id"] == str(pickup_id) for status, _, answer in told if status == 201)
    assert all(answer["code"] == "idempotency_in_progress" for status, _, answer in told if status == 409), told
    generator.do("ask", "pickups", body, key=key)
    assert len(rows("SELECT FROM audit_auditline WHERE object_id = %s AND verb = 'pickup.submit'", [pickup_id])) == 1
    return f"one effect; {statuses.count(201)} were told so, {statuses.count(409)} to wait"


@fault("F24", "two hundred devices accept the three offers of one request", "I3", smoke=True)
def everybody_accepts(estate: Estate, town: Town) -> str:
    pickup_id = town.ask(0)
    wait("the wave", lambda: offered(pickup_id))
    offers = [(hauler.admin, offer["id"]) for hauler in town.haulers
              for offer in hauler.admin.see("offers?state=open&limit=200")[0]["items"] if offer["pickup_id"] == str(pickup_id)]
    assert len(offers) == 3, offers

    def accept(n: int) -> tuple[Person, int, dict[str, object]]:
        person, offer_id = offers[n % 3]
        while True:
            try:
                status, _headers, told = person.once("POST", f"offers/{offer_id}/accept", {}, str(uuid4()))
            except (OSError, ValueError):
                continue
            if status < 500:
                return person, status, told

    began = time.monotonic()
    with ThreadPoolExecutor(200) as crowd:
        told = list(crowd.map(accept, range(200)))
    won = [(person, answer) for person, status, answer in told if status == 200]
    assert won and len({person.who for person, _ in won}) == 1, [person.who for person, _ in won]
    assert len({answer["job_id"] for _, answer in won}) == 1
    assert {answer["code"] for _, status, answer in told if status != 200} <= {"offer_already_taken", "offer_withdrawn"}
    winner = next(hauler for hauler in town.haulers if hauler.admin is won[0][0])
    town.fetch(0, pickup_id, winner, str(won[0][1]["job_id"]))
    return f"one collector was told yes, 200 answers in {shown(time.monotonic() - began)}"


# -- Redis -------------------------------------------------------------------------------------------------------------
@fault("F7", "Redis restarts without its data, a thousand wake-ups queued", "I9", smoke=True)
def redis_forgets(estate: Estate, town: Town) -> str:
    estate.stop_and_go("sender", go=False)
    recipients = [person.actor.user_id for person, _ in town.generators]
    told = Words("Хабар", "Сообщение", "Message")
    with transaction():
        outbox.put([outbox.Notice(recipients[n % len(recipients)], "pickup.submitted", told, told, "pickup", uuid7(now()))
                    for n in range(1000) if recipients[n % len(recipients)]], at=now())
    time.sleep(2)
    estate.redis_dies(forgets=True)
    time.sleep(1)
    estate.redis_starts()
    estate.stop_and_go("sender", go=True)
    took = wait("a thousand pushes", lambda: rows(
        "SELECT count(*) AS n FROM notifications_outboxrow WHERE channel = 'push' AND state <> 'done'")[0]["n"] == 0)
    return f"all 1,000 were sent within {shown(took)}, none lost"


def redis_stops(estate: Estate, town: Town, seconds: float) -> str:
    since = len(town.history.ops)
    estate.redis_signal(signal.SIGSTOP)
    try:
        time.sleep(seconds)
        asked = [op for op in town.history.ops[since:] if op.verb == "ask" and op.outcome == "ok"]
        if not asked:
            town.ask(0)
            asked = [op for op in town.history.ops[since:] if op.verb == "ask" and op.outcome == "ok"]
        slowest = max(op.slowest for op in asked)
        assert slowest < 2, f"a write took {slowest:.1f} s while Redis hung"
    finally:
        estate.redis_signal(signal.SIGCONT)
    return f"hung for {seconds:.0f} s; the slowest write took {slowest * 1000:.0f} ms"


@fault("F8", "Redis hangs (SIGSTOP)", "I17", smoke=True)
def redis_hangs(estate: Estate, town: Town) -> str:
    return redis_stops(estate, town, 60 if os.environ.get("NIGHTLY") else 8)


@fault("F9", "Redis refuses connections", "I9 I17")
def redis_refuses(estate: Estate, town: Town) -> str:
    estate.redis.becomes("cut")
    since = len(town.history.ops)
    time.sleep(20)
    town.ask(0, patience=5)
    estate.redis.becomes("open")
    return f"{len(town.history.of('ask', since=since))} requests were taken meanwhile"


@fault("F11", "connections to Redis are reset thirty times in ten seconds", "I11")
def redis_resets(estate: Estate, town: Town) -> str:
    for _ in range(30):
        estate.redis.becomes("cut")
        time.sleep(0.03)
        estate.redis.becomes("open")
        time.sleep(0.3)
    pickup_id = town.ask(0)
    return f"a request was offered {shown(wait('the wave', lambda: offered(pickup_id)))} later"


# -- PostgreSQL --------------------------------------------------------------------------------------------------------
@fault("F13", "PostgreSQL stops at once and starts again under load", "I1 I6", smoke=True)
def postgres_restarts(estate: Estate, town: Town) -> str:
    time.sleep(2)
    estate.postgres_dies()
    time.sleep(1)
    estate.postgres_starts()
    since = len(town.history.ops)
    took = wait("an operation", lambda: any(op.outcome == "ok" for op in town.history.ops[since:]))
    return f"the first write was taken {shown(took)} after its start"


@fault("F14", "the primary is lost, the synchronous standby is promoted", "I1", smoke=True)
def standby_takes_over(estate: Estate, town: Town) -> str:
    estate.follow(synchronous=True)
    since = len(town.history.ops)
    time.sleep(3)
    acknowledged = len([op for op in town.history.ops[since:] if op.outcome == "ok"])
    assert acknowledged, "no load while the standby followed"
    estate.postgres_dies()
    estate.promote()
    since = len(town.history.ops)
    took = wait("an operation", lambda: any(op.outcome == "ok" for op in town.history.ops[since:]))
    return f"{acknowledged} operations acknowledged before, all there; first write {shown(took)} after promotion"


@fault("F40", "the network between the web and PostgreSQL goes silent", "I1 I9")
def postgres_silent(estate: Estate, town: Town) -> str:
    estate.postgres.becomes("silent")
    time.sleep(10)
    estate.postgres.becomes("cut")
    estate.postgres.becomes("open")
    since = len(town.history.ops)
    took = wait("an operation", lambda: any(op.outcome == "ok" for op in town.history.ops[since:]))
    return f"the first write was taken {shown(took)} after the network came back"


@fault("F20", "thirty slow statements hold every connection", "I17 I18")
def pool_exhausted(estate: Estate, town: Town) -> str:
    estate.ask("ALTER SYSTEM SET max_connections = 300")
    with gate(estate, "pickups_pickup") as somebody_waits:
        askers = [aside(lambda: void(attempt(town))) for _ in range(30)]
        somebody_waits()
        alive = town.officer.see("../../livez")[0]
        time.sleep(3)
    for one in askers:
        one.join(60)
    return f"the process said it lived ({alive['alive']}); all thirty were answered afterwards"


def attempt(town: Town) -> None:
    try:
        town.ask(0, patience=60)
    except (Refused, GaveUp):
        return


# -- facts -------------------------------------------------------------------------------------------------------------


# -- yesterday ---------------------------------------------------------------------------------------------------------
@fault("F45", "the database is lost, and restored to a moment before its last writes", "I2 I16")
def restored_to_yesterday(estate: Estate, town: Town) -> str:
    store = estate.root / "backups"
    with estate.keeping_the_log(store):
        estate.manage("backup", str(store))
        time.sleep(3)
        cut = rows("SELECT clock_timestamp() AS at")[0]["at"]
        before = len(town.history.ops)
        wait("writes after the moment", lambda: len(town.history.ops) > before + 20)
        estate.manage("anchor_audit", "--again", "--export", str(store / "later.jsonl"), "--heads")
        town.rest()
        estate.ask("SELECT pg_switch_wal()")
        time.sleep(2)
        estate.postgres_dies()
    connection.close()
    estate.starts_from(store, until=cut.isoformat())
    kept = Kept()
    lost = [op for op in town.history.ops if op.outcome == "ok" and not kept.has(op)]
    told = estate.manage("verify_audit", "--anchors", str(store / "later.jsonl"), may_fail=True)
    assert "truncated" in told, told
    # what the phones have and the house lacks is asked again, under the same keys and ids, in the order it was done
    again = [op for op in lost if op.verb == "ask"]
    for op in again:
        generator = next(person for person, _ in town.generators if person.who == op.who)
        generator.do("ask", op.path, op.body, key=op.key)
    for op in lost:
        op.outcome = "lost"
    assert again and all(len(rows("SELECT FROM pickups_pickup WHERE id = %s", [op.body["id"]])) == 1 for op in again)
    town.begin()
    return f"{len(lost)} writes after the moment were gone, as the anchors said; {len(again)} requests came back by their keys"
