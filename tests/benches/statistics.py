"""T5: what an answer costs as weighings grow tenfold, and against reading the rows themselves."""

from __future__ import annotations

import time
from typing import Any

from collection.demo import filler, inserting
from collection.kernel.db import now, rows, transaction
from collection.stats import operations, queries
from collection.stats.measures import MEASURES
from collection.stats.rollup import SOURCES, deltas
from tests.benches.databases import Databases
from tests.benches.measure import figure, interleaved, say, timed

PROGRAMME = "bench"
TAIL = 200  # loads that came after the last roll-up
QUESTIONS: dict[str, dict[str, Any]] = {
    "total": {}, "by month": {"group_by": "month"}, "by region": {"group_by": "region"},
    "by contract": {"group_by": "contract"}, "one category by region": {"group_by": "region", "category": "glass"},
}


def run(databases: Databases, *, sizes: tuple[int, ...] = (10**5, 10**6)) -> None:
    names = {size: fill(databases, size) for size in sizes}
    small, large = sizes[0], sizes[-1]
    cases = {}
    for size, name in names.items():
        for question, asked in QUESTIONS.items():
            def answer(asked: dict[str, Any] = asked) -> object:
                return queries.figures(programme=PROGRAMME, **asked)

            cases[f"{question} {size}"] = timed(databases.within(name, answer), times=15)
        cases[f"raw {size}"] = timed(databases.within(name, raw_scan))
        with databases.using(name):
            same_as_the_rows()
    found = interleaved(cases)
    for size in sizes[1:]:
        for question in QUESTIONS:
            figure(f"T5 statistics, {question}, at {size:,} weighings (baseline: at {small:,})",
                   found[f"{question} {size}"], "ms", found[f"{question} {small}"])
    for size in sizes:
        figure(f"T5 statistics, raw scan of {size:,} weighings (baseline: the roll-up's total)",
               found[f"raw {size}"], "ms", found[f"total {size}"])
    say(f"statistics: {large:,} weighings are {large * 3:,} facts")
    for name in names.values():
        databases.drop(name)


def fill(databases: Databases, size: int) -> str:
    name = databases.make(f"stats_{size}")
    started = time.monotonic()
    with databases.using(name):
        programme = filler.programme(PROGRAMME)
        filler.contracts(programme, collecting=46, recycling=18, full_cycle=10)
        filler.pickups(programme, size // 100)
        filler.weighings(programme, size, facts_only=True)
        inserting.analyse()
        filled = time.monotonic()
        with transaction():
            operations.rebuild(at=now())
        rolled = time.monotonic() - filled
        deltas_n = rows("SELECT (SELECT count(*) FROM custody_fact) + (SELECT count(*) FROM payouts_paid) AS n")[0]["n"]
        figure(f"statistics, rows rolled up a second, all grains, {size:,} weighings", deltas_n / rolled, "rows/s")
        filler.weighings(programme, TAIL, facts_only=True)
        inserting.analyse()
    say(f"statistics: {size:,} weighings filled in {filled - started:.0f} s, rolled up in {rolled:.0f} s")
    return name


def raw_scan() -> list[dict[str, Any]]:
    """The same five sums and the money, from the rows."""
    union = " UNION ALL ".join(deltas(source, "true") for source in SOURCES)
    return rows(f"""
        SELECT measure, sum(grams)::bigint AS grams, sum(tiyn)::bigint AS tiyn, sum(n)::bigint AS n FROM ({union}) AS delta
        WHERE programme_id = (SELECT id FROM contracts_programme WHERE code = %s) GROUP BY measure""", [PROGRAMME])


def same_as_the_rows() -> None:
    """A fast wrong answer is worth nothing."""
    total = queries.figures(programme=PROGRAMME).total
    exact = {row["measure"]: (row["grams"], row["n"]) for row in raw_scan()}
    answered = {name: (getattr(total, name).grams, getattr(total, name).n) for name in MEASURES}
    assert answered == exact, (answered, exact)
