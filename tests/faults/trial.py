"""A trial: the load, one fault after another, and after each the question whether everything promised still holds."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from django.db import connection

from collection.kernel.db import rows
from collection.watch.queries import check_invariants
from tests.faults.estate import Estate, wait
from tests.faults.faults import Fault
from tests.faults.history import History, Op
from tests.faults.town import Town

LOAD_S = 2.0
OPEN = "state IN ('waiting', 'leased', 'claimed')"


@dataclass
class Outcome:
    """What became of one fault. `recovered_s`: from the heal until a whole new life had ended and nothing was overdue."""

    fault: Fault
    saw: str = ""
    recovered_s: float = 0.0
    seconds: float = 0.0
    ops: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def survived(self) -> bool:
        return not self.wrong


def survive(fault: Fault, estate: Estate, town: Town, history: History) -> Outcome:
    """Load, inject, heal, wait, rest, check. Whatever goes wrong is in the outcome, nothing is raised."""
    outcome, began, since, errors = Outcome(fault), time.monotonic(), len(history.ops), len(history.errors)
    town.begin()
    time.sleep(LOAD_S)
    try:
        outcome.saw = fault.inject(estate, town)
    except (AssertionError, TimeoutError, LookupError, OSError) as error:
        outcome.wrong.append(f"{type(error).__name__}: {error}")
    connection.close()  # ours may have been to a server that is gone
    try:
        outcome.recovered_s = recovered(estate, town)
        town.rest()
        drained()
    except TimeoutError as error:
        outcome.wrong.append(str(error))
    if outcome.recovered_s > 120:
        outcome.wrong.append(f"it took {outcome.recovered_s:.0f} s to recover")
    outcome.ops = history.counts(since)
    outcome.wrong += history.errors[errors:] + against_the_rows(history) + invariants()
    outcome.seconds = time.monotonic() - began
    return outcome


def recovered(estate: Estate, town: Town) -> float:
    """Seconds from now until a life that begins now has been lived, and the house tells what it has to."""
    lives = town.lives
    return wait("a whole life after the heal", lambda: town.lives >= lives + len(town.generators) // 2)


def drained() -> None:
    """Nothing is due any more, so nothing may be half-done."""
    wait("an empty outbox", lambda: not rows(
        f"SELECT FROM notifications_outboxrow WHERE {OPEN} AND greatest(not_before, leased_until) < house_clock() LIMIT 1"))


def invariants() -> list[str]:
    return [f"{verdict.id}: {one.n} break it: {one.says}: {', '.join(one.named[:5])}"
            for verdict in check_invariants() for one in verdict.broken]


# -- the clients' history against the rows (I1, I2, I3) ------------------------------------------------------------------
def against_the_rows(history: History) -> list[str]:
    """What was acknowledged is there, what was refused is not, and one collector was told yes."""
    wrong = [f"{op.verb} {op.path} hangs" for op in history.pending()]
    asked = {row["id"]: row["declared_g"] for row in rows("SELECT id::text, declared_g FROM pickups_pickup")}
    loads = {row["id"]: row for row in rows("""
        SELECT load.id::text, ticket.gross_g, ticket.ticket_number, receipt.accepted_g, load.state, load.delivered_at
        FROM custody_consignment load LEFT JOIN custody_weighing ticket ON ticket.consignment_id = load.id
        LEFT JOIN custody_receipt receipt ON receipt.consignment_id = load.id""")}
    jobs = {row["id"]: row for row in rows("SELECT id::text, pickup_id::text, contract_id::text FROM dispatch_job")}
    for op in (op for op in history.ops if op.outcome != "pending"):
        there = is_there(op, asked, loads, jobs)
        if op.outcome == "ok" and not there:
            wrong.append(f"lost: {op.who} was told yes to {op.verb} {op.path} {op.body.get('id', '')}")
        if op.outcome == "fail" and op.verb in ("ask", "collect") and there:
            wrong.append(f"half: {op.who} was told no to {op.verb} {op.path} and it is there")
    winners: dict[str, set[str]] = {}
    for op in history.of("accept"):
        winners.setdefault(op.answer["pickup_id"], set()).add(op.who)
    return wrong + [f"two winners of {pickup}: {sorted(who)}" for pickup, who in winners.items() if len(who) > 1]


def is_there(op: Op, asked: dict[str, int], loads: dict[str, dict[str, object]], jobs: dict[str, dict[str, object]]) -> bool:
    """Whether the row that the operation makes is there, with what it said."""
    match op.verb:
        case "ask":
            return asked.get(op.body["id"]) == op.body["declared_g"]
        case "accept":
            return op.answer.get("job_id") in jobs
        case "collect":
            return op.body["id"] in loads
        case "weigh" | "deliver" | "receive":
            load = loads.get(op.path.split("/")[1], {})
            return {"weigh": load.get("gross_g") == op.body.get("gross_g"), "deliver": load.get("delivered_at") is not None,
                    "receive": load.get("accepted_g") == op.body.get("accepted_g")}[op.verb]
        case _:
            return True


def order(faults: list[Fault], seed: int) -> list[Fault]:
    """The nemesis: which fault comes when, from the seed; the one that loses the primary for good comes last."""
    mixed = sorted(faults, key=lambda one: one.id)
    random.Random(seed).shuffle(mixed)
    return sorted(mixed, key=lambda one: one.id == "F14")
