"""Figures: the roll-up plus the tail not yet rolled, read by one statement and so from one snapshot: exact and current."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.calendar import ALMATY, next_month
from collection.kernel.db import rows
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal
from collection.kernel.words import Words

from .measures import (
    MEASURES as MEASURES,
    TONNAGES,
    Figures as Figures,  # the door renders them
)
from .published import SOURCE, Compared, compare
from .rollup import SOURCES, deltas, grain_for

#: what figures may be grouped by -> the dimension behind it, and the SQL of its key
GROUPS = {
    "month": ("", "to_char(month, 'YYYY-MM')"), "region": ("region_id", "region_id"),
    "district": ("district_id", "district_id"), "category": ("category_id", "category_id"),
    "contract_kind": ("contract_kind", "nullif(contract_kind, '')"), "contract": ("contract_id", "contract_id::text"),
}
GENERATOR_ROLES = ("generator", "generator_admin")


class UnknownFilter(Refusal):
    """A region, category or contract kind that does not exist."""

    code = "unknown_filter"
    kind = Kind.MALFORMED
    words = Words("Сүзгі мәні белгісіз", "Неизвестное значение фильтра", "Unknown filter value")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many had joined by the end of the period: enrolled generators, and contracts approved (ended ones too)."""

    generators: int
    contracts: dict[str, int]  # by kind


@dataclass(frozen=True, slots=True)
class Item:
    """`key` is a month ("2025-08"), a KATO code, a category, a kind or a contract's id; None: the rows name none."""

    key: str | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Answer:
    """`total` is the exact sum of the items, each measure by itself. `as_of`: everything committed by then is in."""

    programme: str
    synthetic: bool
    as_of: datetime
    total: Figures
    items: tuple[Item, ...] = ()
    counts: Counts | None = None


def figures(*, programme: str, group_by: str | None = None, since: date | None = None, until: date | None = None,
            region: str | None = None, category: str | None = None, contract_kind: str | None = None,
            actor: Actor = HOUSE, counts: bool = False) -> Answer:
    """The five tonnages (grams) and the money (tiyn) of a programme (its code), in the months `since` to `until` inclusive.

    Grouped by one of GROUPS, or not. Staff and the house see all; a generator what came of its own requests and loads; a
    contractor the rows of its own contracts. A month is a month in Almaty. Errors: NotFound (programme), UnknownFilter.
    """
    about = _about(programme, region, category, contract_kind)
    params = {"programme": about["id"], "since": since, "until": until, "region_id": region, "category_id": category,
              "contract_kind": contract_kind, "own": actor.organisation_id,
              "end": until and datetime.combine(next_month(until), time.min, ALMATY)}
    filters = [name for name in ("region_id", "category_id", "contract_kind") if params[name]]
    dimension, key = GROUPS[group_by] if group_by else ("", "NULL::text")
    where = ["programme_id = %(programme)s", *(f"{name} = %({name})s" for name in filters)]
    where += ["month >= %(since)s"] * bool(since) + ["month <= %(until)s"] * bool(until)
    kept = {*filters, dimension} - {""}
    own = not (actor.is_house or actor.role in STAFF_ROLES)
    of_generator = own and actor.role in GENERATOR_ROLES
    if own and not of_generator:
        kept.add("contract_id")
        where.append("contract_id IN (SELECT id FROM contracts_contract WHERE organisation_id = %(own)s)")
    while True:
        parts = _own_rows() if of_generator else _rolled_and_tail(grain_for(kept), json.loads(about["marks"]))
        found = rows(_STATEMENT.format(
            key=key, rows=" UNION ALL ".join(parts), where=" AND ".join(where), counts=_COUNTS if counts else "NULL"),
            params)[0]
        if found["marks"] == about["marks"]:
            break
        about["marks"] = found["marks"]  # rolled meanwhile: the tail began elsewhere than this statement believed
    items = _items(json.loads(found["cells"]))
    return Answer(
        programme, about["synthetic"], found["as_of"], sum((item.figures for item in items), Figures()),
        items if group_by else (), Counts(**json.loads(found["counts"])) if counts else None)


def published(*, programme: str) -> tuple[Answer, list[Compared], str]:
    """The published figures beside this programme's own, the answer (by month) those come from, and the source."""
    answer = figures(programme=programme, group_by="month", counts=True)
    assert answer.counts

    def recycled(since: str, until: str) -> int:
        return sum(one.figures.recycled.grams for one in answer.items if since <= str(one.key) <= until)

    return answer, compare({
        "generators": answer.counts.generators, "applications": answer.total.declared.n,
        "declared_g": answer.total.declared.grams,
        **{f"contracts_{kind}": n for kind, n in answer.counts.contracts.items()},
        "recycled_2024_g": recycled("2024-01", "2024-12"), "recycled_2025_01_08_g": recycled("2025-01", "2025-08"),
        "recycled_g": answer.total.recycled.grams, "paid_tiyn": answer.total.paid_tiyn,
    }), SOURCE


def names(group_by: str, keys: list[str]) -> dict[str, Words]:
    """What people call the regions, districts or categories of an answer; empty for other groups."""
    table, column = {"region": ("geo_region", "kato"), "district": ("geo_district", "kato"),
                     "category": ("waste_category", "code")}.get(group_by, ("", ""))
    if not table:
        return {}
    found = rows(f"SELECT {column} AS key, name_kk, name_ru, name_en FROM {table} WHERE {column} = ANY(%s)", [keys])
    return {row["key"]: Words(row["name_kk"], row["name_ru"], row["name_en"] or row["name_ru"]) for row in found}


_STATEMENT = """
SELECT house_clock() AS as_of,
    (SELECT coalesce(jsonb_object_agg(source, xid::text), '{{}}') FROM stats_watermark) AS marks,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(key, measure, grams, n, tiyn) ORDER BY key), '[]') FROM (
        SELECT {key} AS key, measure, sum(grams)::bigint AS grams, sum(n)::bigint AS n, sum(tiyn)::bigint AS tiyn
        FROM ({rows}) AS deltas WHERE {where} GROUP BY 1, 2) AS sums) AS cells,
    {counts} AS counts
"""
_COUNTS = """jsonb_build_object(
    'generators', (SELECT count(*) FROM contracts_enrolment
        WHERE programme_id = %(programme)s AND (%(end)s::timestamptz IS NULL OR enrolled_at < %(end)s)),
    'contracts', (SELECT jsonb_object_agg(kind, (SELECT count(*) FROM contracts_contract contract
            WHERE contract.programme_id = %(programme)s AND contract.kind = kinds.kind
              AND approved_at IS NOT NULL AND (%(end)s::timestamptz IS NULL OR approved_at < %(end)s)))
        FROM unnest(ARRAY['collection', 'recycling', 'full_cycle']) AS kinds (kind)))"""


def _about(programme: str, region: str | None, category: str | None, contract_kind: str | None) -> dict[str, Any]:
    """The programme and the watermarks, or the refusal."""
    found = rows("""
        SELECT id, synthetic, (SELECT coalesce(jsonb_object_agg(source, xid::text), '{}') FROM stats_watermark) AS marks,
               %(region)s::text IS NULL OR EXISTS (SELECT FROM geo_region WHERE kato = %(region)s) AS region,
               %(category)s::text IS NULL OR EXISTS (SELECT FROM waste_category WHERE code = %(category)s) AS category,
               %(kind)s::text IS NULL OR %(kind)s IN ('collection', 'recycling', 'full_cycle') AS contract_kind
        FROM contracts_programme WHERE code = %(programme)s
    """, {"programme": programme, "region": region, "category": category, "kind": contract_kind})
    if not found:
        raise NotFound(defects=[Defect("/programme", "not_found")])
    unknown = [Defect(f"/{name}", f"unknown_{name}") for name in ("region", "category", "contract_kind")
               if not found[0][name]]
    if unknown:
        raise UnknownFilter(defects=unknown)
    return found[0]


_COLUMNS = "programme_id, measure, month, region_id, district_id, category_id, contract_kind, contract_id, grams, tiyn, n"


def _rolled_and_tail(grain: str, marks: dict[str, str]) -> list[str]:
    """The roll-up at one grain, and of each source the rows above its watermark.

    The watermarks stand in the text as constants: the planner then sees that the tail is short and takes the index on xid.
    Measures are named one by one, so that the index of the roll-up is entered once for each, at the first month asked for.
    """
    measures = ", ".join(f"'{measure}'" for measure in MEASURES)
    rolled = f"SELECT {_COLUMNS} FROM stats_rollup WHERE grain = '{grain}' AND measure IN ({measures})"
    return [rolled, *(deltas(source, f"delta.xid >= '{int(marks.get(source, 0))}'::xid8") for source in SOURCES)]


def _own_rows() -> list[str]:
    """A generator's own rows: few, and found by index, so they are read as they are."""
    load = "JOIN custody_consignment load ON load.id = {}.consignment_id"
    mine = "load.generator_id = %(own)s"
    return [
        deltas("declared", "pickup.generator_id = %(own)s", joins="JOIN pickups_pickup pickup ON pickup.id = delta.pickup_id"),
        deltas("facts", mine, joins=load.format("delta")),
        deltas("paid", mine, joins="JOIN payouts_accrualline line ON line.id = delta.line_id " + load.format("line")),
    ]


def _items(cells: list[tuple[str | None, str, int, int, int]]) -> tuple[Item, ...]:
    """[key, measure, grams, n, tiyn], sorted by key, as one Figures for each key."""
    found: dict[str | None, dict[str, Any]] = {}
    for key, measure, grams, n, tiyn in cells:
        one = found.setdefault(key, {})
        one[measure] = TONNAGES[measure](grams, n)
        if measure == "paid":
            one["paid_tiyn"] = tiyn
    return tuple(Item(key, Figures(**one)) for key, one in found.items())
