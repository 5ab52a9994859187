"""PostgreSQL promises no order to a query that asks for none, and keeps one nearly always. Here it never does.

`DISORDER=7 make test` shuffles the rows of every unordered queryset by that seed, in the product and in the tests:
what passes only by the order in which rows happen to lie fails at once, not on a busy machine a month later.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any

from django.db.models.sql.compiler import SQLCompiler


def install() -> None:
    """Shuffle from now on, if the environment's `DISORDER` holds a seed. Rows of an ordered query stay in order."""
    seed = os.environ.get("DISORDER")
    if not seed:
        return
    chance, in_order = random.Random(seed), SQLCompiler.results_iter

    def shuffled(compiler: SQLCompiler, *args: Any, **kwargs: Any) -> Iterator[Any]:
        rows = in_order(compiler, *args, **kwargs)
        if asks_for_an_order(compiler):
            return rows
        mixed = list(rows)
        chance.shuffle(mixed)
        return iter(mixed)

    SQLCompiler.results_iter = shuffled  # type: ignore[method-assign]


def asks_for_an_order(compiler: SQLCompiler) -> bool:
    query = compiler.query
    named = query.order_by or query.extra_order_by or query.combinator
    return bool(named or (query.default_ordering and query.get_meta() and query.get_meta().ordering))
