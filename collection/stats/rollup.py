"""What is summed, from which tables, and at which grains.

A question is answered from the coarsest grain that knows all it asks for, so the number of rows read depends on the
question (months x regions), never on the number of weighings.
"""

from __future__ import annotations

from collections.abc import Collection

#: source -> (its table of deltas, the SQL that names a row's measure)
SOURCES = {
    "declared": ("pickups_declared", "'declared'"),
    "facts": ("custody_fact", "delta.measure"),
    "paid": ("payouts_paid", "'paid'"),
}
DIMENSIONS = ("region_id", "district_id", "category_id", "contract_kind", "contract_id")
#: grain -> the dimensions it keeps, besides programme, measure and month; from coarse to fine.
GRAINS: dict[str, tuple[str, ...]] = {
    "total": (),
    "contract_kind": ("contract_kind",),
    "category": ("category_id",),
    "region": ("region_id",),
    "contract": ("contract_kind", "contract_id"),
    "district": ("region_id", "district_id"),
    "cell": DIMENSIONS,
}
KEY = ("programme_id", "grain", "measure", "month", *DIMENSIONS)
AMOUNTS = ("grams", "tiyn", "n")


def grain_for(dimensions: Collection[str]) -> str:
    """The coarsest grain that keeps all of `dimensions`."""
    return next(grain for grain, kept in GRAINS.items() if set(dimensions) <= set(kept))


def deltas(source: str, where: str, *, joins: str = "") -> str:
    """SELECT of the rows of a source (as `delta`) that meet `where`, in the columns that all sources share."""
    table, measure = SOURCES[source]
    return (f"SELECT delta.programme_id, {measure} AS measure, date_trunc('month', delta.occurred_on)::date AS month, "
            f"{', '.join(f'delta.{name}' for name in (*DIMENSIONS, *AMOUNTS))} FROM {table} delta {joins} WHERE {where}")


def sums(source: str, where: str) -> str:
    """SELECT of KEY and AMOUNTS at every grain over the rows of a source that meet `where`."""
    always = ("programme_id", "measure", "month")
    sets = ", ".join(f"({', '.join((*always, *kept))})" for kept in GRAINS.values())
    # grouping() has one bit per dimension, set where it is summed away: so a dropped district differs from an unknown one.
    bits = {grain: sum(1 << place for place, name in enumerate(reversed(DIMENSIONS)) if name not in kept)
            for grain, kept in GRAINS.items()}
    grain = " ".join(f"WHEN {number} THEN '{name}'" for name, number in bits.items())
    names = ", ".join(DIMENSIONS)
    return f"""
        SELECT programme_id, CASE grouping({names}) {grain} END AS grain, measure, month, {names},
               {", ".join(f"sum({name})::bigint AS {name}" for name in AMOUNTS)}
        FROM ({deltas(source, where)}) AS delta GROUP BY GROUPING SETS ({sets})"""
