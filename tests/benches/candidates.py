"""T6: who could take a pickup, among a hundred contracts and among a million, in time and in buffers."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any

import psycopg
from django.db import connection

from collection.contracts.models import Programme
from collection.demo import filler, inserting
from collection.dispatch import queries
from collection.dispatch.matching import Need, rank
from collection.kernel.db import rows
from tests.benches.databases import Databases
from tests.benches.measure import Sample, figure, interleaved, say, timed

PROGRAMME = "bench"
#: Two categories, and half of the contracts recycle, so that even among a hundred contracts twenty collectors and twenty plants
#: are eligible: every size gives the same number of answers, and a quarter of a million contracts of either side share one
#: place in the index at the largest.
REGIONS, CATEGORIES = ("750000000",), ("paper", "glass")
POINTS = tuple(f"SRID=4326;POINT({76.9 + step * 0.13:.2f} {43.2 + step * 0.09:.2f})" for step in range(5))


def run(databases: Databases, *, sizes: tuple[int, ...] = (10**2, 10**4, 10**6)) -> None:
    names = {size: fill(databases, size) for size in sizes}
    cases: dict[str, Any] = {}
    buffers: dict[int, Sample] = {}
    for size, name in names.items():
        with databases.using(name):
            programme = rows("SELECT id FROM contracts_programme WHERE code = %s", [PROGRAMME])[0]["id"]
            asked = {"pickup_id": None, "programme_id": programme,
                     "need": Need("paper", "750000000", 2_000_000, date(2026, 3, 2))}
            for point in POINTS:
                found = queries.candidates(**asked, point=point)
                assert len(found.collectors) == len(found.plants) == queries.CANDIDATES
            statements = [statement_of(asked, point) for point in POINTS]

            def by_code(asked: dict[str, Any] = asked) -> None:
                for point in POINTS:
                    queries.candidates(**asked, point=point)

            def bare(statements: list[Any] = statements) -> None:
                with psycopg.Cursor(connection.connection) as cursor:  # its plan is kept, as the code keeps it
                    for text, params in statements:
                        cursor.execute(text, params, prepare=True)
                        cursor.fetchall()

            explained = [explain(*statement) for statement in statements]  # twice, so that all is in memory
            buffers[size] = Sample(tuple(explain(*statement) for statement in statements))
            del explained
            weighed = queries.weigh(
                queries.Load(programme, "paper", "750000000", 2_000_000, date(2026, 3, 2), (76.9, 43.2)),
                Programme.objects.get(pk=programme))

            def explanation(weighed: queries.Weighed = weighed) -> None:
                queries.explain(weighed)

            def ranking(weighed: queries.Weighed = weighed) -> None:
                rank(weighed.matches.collectors, weighed.matches.plants, mass_g=2_000_000)

        cases[f"ranked {size}"] = timed(ranking, times=10)
        cases[f"explained {size}"] = timed(databases.within(name, explanation))
        cases[f"code {size}"] = timed(databases.within(name, by_code), times=10)
        cases[f"bare {size}"] = timed(databases.within(name, bare), times=10)
    found = {
        name: sample if name.startswith(("explained", "ranked"))
        else Sample(tuple(value / len(POINTS) for value in sample.values))
        for name, sample in interleaved(cases).items()}
    small = sizes[0]
    for size in sizes[1:]:
        figure(f"T6 candidates among {size:,} contracts (baseline: among {small:,})", found[f"code {size}"], "ms",
               found[f"code {small}"])
        figure(f"T6 candidates among {size:,} contracts, buffers (baseline: among {small:,})", buffers[size], "pages",
               buffers[small])
    figure(f"dispatch explanation among {sizes[-1]:,} contracts (baseline: among {small:,})", found[f"explained {sizes[-1]}"],
           "ms", found[f"explained {small}"])
    for size in sizes[1:]:
        figure(f"T6 candidates among {size:,} contracts through the code (baseline: bare SQL)", found[f"code {size}"], "ms",
               found[f"bare {size}"])
    figure("ranking twenty collectors with twenty plants (baseline: finding them)", found[f"ranked {small}"], "ms",
           found[f"code {small}"])
    for name in names.values():
        databases.drop(name)


def fill(databases: Databases, size: int) -> str:
    name = databases.make(f"contracts_{size}")
    started = time.monotonic()
    with databases.using(name):
        programme = filler.programme(PROGRAMME)
        filler.contracts(programme, collecting=size // 2, recycling=size // 2, regions=REGIONS, categories=CATEGORIES, each=10)
        inserting.analyse()
    say(f"candidates: {size:,} contracts filled in {time.monotonic() - started:.0f} s")
    return name


def statement_of(asked: dict[str, Any], point: str) -> tuple[str, Any]:
    """The SQL behind `candidates`, with its parameters, as the code sends it."""
    sent: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        queries.candidates(**asked, point=point)
    assert len(sent) == 1, "candidates are one statement"
    return sent[0]


def explain(text: str, params: Any) -> float:
    """Pages touched by one statement."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, params)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return float(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
