"""Rolling deltas up: each row exactly once, however often the worker is killed.

A delta carries the transaction that wrote it (`xid`). Every transaction below `pg_snapshot_xmin` has ended, so the rows of
[watermark, xmin) are final: none of them can still appear or vanish. They are summed and the watermark is moved in the
caller's one transaction, so both happen or neither does. Rows above are the tail, which readers add themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from collection.kernel.db import execute, rows

from .rollup import AMOUNTS, DIMENSIONS, KEY, SOURCES, sums

_LOCK = 0x57A75  # any number that no other advisory lock of the house uses


@dataclass(frozen=True, slots=True)
class Rolled:
    """What one call did. `cells` counts the sums touched at all grains; `busy`: somebody else was rolling."""

    cells: int = 0
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One sum that is not what its rows say: grams, tiyn and count as stored and as computed anew."""

    grain: str
    measure: str
    month: date
    key: dict[str, Any]
    stored: tuple[int, int, int]
    computed: tuple[int, int, int]


def roll(*, at: datetime) -> Rolled:
    """Add everything that is final and not yet rolled. Safe to call at any moment, by anybody, and to be killed in."""
    if not rows("SELECT pg_try_advisory_xact_lock(%s) AS mine", [_LOCK])[0]["mine"]:
        return Rolled(busy=True)  # whoever holds it does the same work
    marks = _marks()
    if any(mark["restored"] for mark in marks.values()):
        return _rebuild(at)
    return Rolled(sum(_advance(source, mark, at) for source, mark in marks.items()))


def rebuild(*, at: datetime) -> Rolled:
    """Throw the roll-up away and make it anew from the rows. Readers see the old sums until the caller commits."""
    execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return _rebuild(at)


def check() -> list[Difference]:
    """Every sum of the roll-up that differs from its rows, by one statement and so one snapshot; none is as it should be.

    Rows of the tail are not looked at: they are read as they are. Cost: all deltas are read once.
    """
    mark = "coalesce((SELECT xid FROM stats_watermark WHERE source = '{}'), '0'::xid8)"
    anew = " UNION ALL ".join(sums(source, f"delta.xid < {mark.format(source)}") for source in SOURCES)
    key, amounts, zeros = ", ".join(KEY), ", ".join(AMOUNTS), ", ".join("0" for _ in AMOUNTS)
    kept, made = (", ".join(f"sum({side}_{name})::bigint" for name in AMOUNTS) for side in ("kept", "made"))
    found = rows(f"""
        SELECT {key}, ARRAY[{kept}] AS stored, ARRAY[{made}] AS computed
        FROM (SELECT {key}, {amounts}, {zeros} FROM stats_rollup UNION ALL SELECT {key}, {zeros}, {amounts} FROM ({anew}) AS new)
             AS paired ({key}, {", ".join(f"{side}_{name}" for side in ("kept", "made") for name in AMOUNTS)})
        GROUP BY {key} HAVING ({kept}) <> ({made}) ORDER BY {key}
    """)
    return [
        Difference(
            row["grain"], row["measure"], row["month"], {name: row[name] for name in ("programme_id", *DIMENSIONS)},
            tuple(row["stored"]), tuple(row["computed"]))
        for row in found
    ]


def _marks() -> dict[str, dict[str, Any]]:
    """source -> its watermark and how far it may move now. `restored`: transactions are counted anew, from a smaller number.

    A dump restored into a new cluster keeps the old numbers in its rows; below them new rows would be missed.
    """
    found = rows("""
        SELECT source, xid::text AS low, pg_snapshot_xmin(pg_current_snapshot())::text AS high,
               xid > pg_snapshot_xmax(pg_current_snapshot()) AS restored
        FROM unnest(%s::text[]) AS source LEFT JOIN stats_watermark USING (source)
    """, [list(SOURCES)])
    return {row["source"]: row for row in found}


def _advance(source: str, mark: dict[str, Any], at: datetime) -> int:
    low, high = mark["low"] or "0", mark["high"]
    # As constants, so that the planner sees how few rows they are and takes the index on xid.
    written = _add(sums(source, f"delta.xid >= '{low}'::xid8 AND delta.xid < '{high}'::xid8"))
    execute(
        "INSERT INTO stats_watermark (source, xid, rolled_at) VALUES (%s, %s::xid8, %s) "
        "ON CONFLICT (source) DO UPDATE SET xid = excluded.xid, rolled_at = excluded.rolled_at",
        [source, high, at],
    )
    return written


def _add(select: str) -> int:
    names = ", ".join((*KEY, *AMOUNTS))
    return execute(f"""
        INSERT INTO stats_rollup AS old ({names}) SELECT {names} FROM ({select}) AS new
        ON CONFLICT ON CONSTRAINT rollup_cell
        DO UPDATE SET {", ".join(f"{name} = old.{name} + excluded.{name}" for name in AMOUNTS)}
    """)


def _rebuild(at: datetime) -> Rolled:
    execute("DELETE FROM stats_rollup")
    execute("DELETE FROM stats_watermark")
    return Rolled(sum(_advance(source, mark, at) for source, mark in _marks().items()))
