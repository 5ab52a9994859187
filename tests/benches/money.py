"""T9: what a month costs finance as the programme grows from 1 to 10 and 100 times its loads and contracts.

Every load is priced, the months are closed one after another as they were lived, and the last month's claims are filed,
verified and approved by the house's own operations. Each figure's ratio is against the programme once; the loads' growth
stands in its name, so a ratio near it (or below) is linear.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connections

from collection.contracts import operations as contracts
from collection.demo import filler, inserting
from collection.kernel.actor import HOUSE
from collection.kernel.calendar import next_month
from collection.kernel.clock import frozen
from collection.kernel.db import now, rows, transaction
from collection.payouts import operations as payouts, queries
from collection.payouts.models import Claim, Hold
from tests import cast
from tests.benches.databases import Databases
from tests.benches.measure import figure, say

PROGRAMME, LOADS, CONTRACTS = "bench", 739, 74
FIRST, LAST = date(2024, 1, 1), date(2025, 8, 1)


@dataclass
class Cost:
    """Seconds, statements sent to the database, and by how much the process grew at its largest, in bytes."""

    seconds: float = 0.0
    queries: int = 0
    memory: int = 0
    counts: dict[str, int] = field(default_factory=dict)


def run(databases: Databases, *, times: tuple[int, ...] = (1, 10)) -> None:
    found: dict[int, dict[str, Cost]] = {}
    for size in times:
        name = databases.make(f"money_{size}")
        with databases.using(name):
            programme_id = fill(size)
            found[size] = live(programme_id)
        databases.drop(name)
        once = found[times[0]]
        for step, cost in found[size].items():
            base = None if size == times[0] else once[step]
            what = f"T9 money, {step}, {size}x ({LOADS * size:,} loads, {cost.counts.get('n', 0):,} done)"
            figure(f"{what}: seconds", cost.seconds, "s", base and base.seconds)
            figure(f"{what}: statements", cost.queries, "queries", base and base.queries)
            figure(f"{what}: memory", cost.memory / 2**20, "MiB", base and base.memory / 2**20)


def fill(size: int) -> UUID:
    """The programme `size` times over: full-cycle contracts, twenty months of loads, one set of prices."""
    started = time.monotonic()
    programme_id = filler.programme(PROGRAMME)
    filler.contracts(programme_id, collecting=0, full_cycle=CONTRACTS * size)
    filler.weighings(programme_id, LOADS * size, paid_every=0)
    with transaction():
        contracts.load_published_prices(actor=HOUSE, at=now(), programme=PROGRAMME)
    inserting.analyse()
    say(f"money: {size}x filled in {time.monotonic() - started:.0f} s")
    return programme_id


def live(programme_id: UUID) -> dict[str, Cost]:
    costs: dict[str, Cost] = {}
    with measured(costs, "pricing every load") as cost, transaction():
        done = payouts.accrue(actor=HOUSE, at=now(), programme_id=programme_id)
        cost.counts["n"] = done.lines
    inserting.analyse()
    month = FIRST
    with measured(costs, "closing the twenty months") as cost:
        while month <= LAST:
            with measured(costs, "closing the last month") as one:  # overwritten until it is
                closed = close(month)
                one.counts["n"] = closed.claims
            cost.counts["n"] = cost.counts.get("n", 0) + closed.claims
            month = next_month(month)
    inserting.analyse()
    claims(costs)
    with measured(costs, "computing all of it again") as cost:
        again = queries.recompute_check(programme_id)
        cost.counts["n"] = again.lines
    assert again.differences == () and again.waiting == 0, again.differences[:3]
    held = Hold.objects.count()
    say(f"money: {again.lines:,} lines, {again.claims:,} claims, {held:,} holds, no difference to the tiyn")
    return costs


def close(month: date) -> payouts.Closed:
    at = cast.AT.replace(year=next_month(month).year, month=next_month(month).month, day=2)
    with transaction(), frozen(at):
        return payouts.close_month(actor=HOUSE, at=at, programme=PROGRAMME, month=month)


def claims(costs: dict[str, Cost]) -> None:
    """The last month's claims, one request after another, as people send them; then all of them to the bank."""
    at = cast.AT
    with transaction():
        operator = cast.organisation("inspector", operator=True)
        finance, second = (cast.member(operator.organisation_id, "finance") for _ in range(2))
    ids = list(Claim.objects.filter(month=LAST).order_by("number").values_list("id", flat=True))
    steps: dict[str, Callable[[UUID], Any]] = {
        "filing a month's claims": lambda pk: payouts.submit_claim(
            actor=HOUSE, at=at, claim_id=pk, act_number="A", einvoice_number=f"E-{pk}",
            declaration=queries.declaration()[0]),
        "verifying a month's claims": lambda pk: payouts.verify_claim(actor=operator, at=at, claim_id=pk),
        "approving a month's claims": lambda pk: payouts.approve_claim(actor=finance, at=at, claim_id=pk),
    }
    for step, work in steps.items():
        with measured(costs, step) as cost:
            for pk in ids:
                with transaction():
                    work(pk)
            cost.counts["n"] = len(ids)
    approved = list(Claim.objects.filter(month=LAST, state="approved").order_by("number").values_list("id", flat=True))
    assert approved == ids, rows("SELECT state, reason, count(*) FROM payouts_claim GROUP BY 1, 2")
    with measured(costs, "a register and the bank's answer") as cost, transaction():
        register = payouts.prepare_register(actor=finance, at=at, claim_ids=ids)
        payouts.approve_register(actor=second, at=at, register_id=register.id)
        payouts.record_bank_result(actor=finance, at=at + timedelta(days=1), register_id=register.id, results=[
            payouts.BankLine(one.id, True, f"BR-{one.id}") for one in queries.orders(register.id)])
        cost.counts["n"] = len(ids)


@contextmanager
def measured(costs: dict[str, Cost], step: str) -> Iterator[Cost]:
    cost = costs[step] = Cost()
    before, started = resident(reset=True), time.perf_counter()

    def count(execute: Callable[..., Any], *given: Any) -> Any:
        cost.queries += 1
        return execute(*given)

    with connections["default"].execute_wrapper(count):
        yield cost
    cost.seconds, cost.memory = time.perf_counter() - started, max(0, resident() - before)


def resident(*, reset: bool = False) -> int:
    """The most memory this process has had, in bytes; with `reset`, from now on."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    said = Path("/proc/self/status").read_text()
    return int(said.split("VmHWM:")[1].split()[0]) * 1024
