"""What a gram of each contract's quota will be worth: from what was asked lately and how long the contracts still last."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np

from collection.kernel.db import rows
from geo.distance.geodesic import Geodesic

from ..assignment import NO_WAY, Ints, Problem, price

#: Requests of so many days say what will be asked; at most so many of them, the latest, and never fewer than so many.
SEEN_DAYS, SAMPLE, LEAST = 28, 300, 10
#: A contract without an end is taken to last so long. Beyond so many places the market is wide, and nothing is scarce.
OPEN_ENDED_DAYS, MOST_PLACES = 365, 20_000
LISTED = 20
#: However much is expected, it is taken to fill no more of the room than this: where there is too little for everybody,
#: prices would say how much is asked, and no longer where room is scarcer.
FILLS = 0.85
METRES = Geodesic(factor=1.0)

_ASKED = """
SELECT p.category_id AS category, p.region_id AS region, p.declared_g AS mass_g,
       ST_X(p.point::geometry) AS x, ST_Y(p.point::geometry) AS y,
       sum(p.declared_g) OVER category AS asked_g, count(*) OVER category AS n,
       extract(epoch FROM house_clock() - min(p.submitted_at) OVER category) / 86400 AS days
FROM pickups_pickup p
WHERE p.programme_id = %(programme)s AND p.submitted_at > house_clock() - %(days)s * interval '1 day'
WINDOW category AS (PARTITION BY p.category_id)
ORDER BY p.submitted_at DESC, p.id
"""
_PLACES = """
SELECT area.contract_id, area.leg, area.category_id AS category, contract.kind,
       array_agg(area.region_id) AS regions, ST_X(area.point::geometry) AS x, ST_Y(area.point::geometry) AS y,
       greatest(0, quota.quota_g - coalesce((SELECT sum(used.amount) FROM contracts_allotment used
           WHERE used.of = 'quota' AND used.contract_id = area.contract_id AND used.category_id = area.category_id
             AND (area.leg = 'collection' OR used.object_id <> ALL (%(freed)s))), 0))::bigint AS room_g,
       least(coalesce(upper(contract.valid), 'infinity'), (house_clock() AT TIME ZONE 'Asia/Almaty')::date + %(open)s)
           - (house_clock() AT TIME ZONE 'Asia/Almaty')::date AS days_left
FROM contracts_servedarea area
JOIN contracts_contract contract ON contract.id = area.contract_id AND contract.state = 'active'
JOIN accounts_organisation organisation ON organisation.id = contract.organisation_id AND organisation.suspended_at IS NULL
JOIN contracts_contractcategory quota ON quota.contract_id = area.contract_id AND quota.category_id = area.category_id
WHERE area.programme_id = %(programme)s
  AND contract.valid @> (house_clock() AT TIME ZONE 'Asia/Almaty')::date
GROUP BY area.contract_id, area.leg, area.category_id, contract.kind, area.point, quota.quota_g, contract.valid
ORDER BY area.contract_id, area.leg LIMIT %(most)s
"""


def prices(programme_id: UUID, *, freed: list[UUID]) -> dict[tuple[UUID, str], int]:
    """(contract, category) -> metres that a load should go farther to leave its quota to others; without those at 0.

    Lately asked loads stand for those to come, as many times as heavy as the contracts' days to come are more than theirs.
    The prices are the shadow prices of the quotas in the plan of all these loads. What plants hold for the pickups `freed` is
    free, so that moving those changes no price. Two statements.
    """
    asked = rows(_ASKED, {"programme": programme_id, "days": SEEN_DAYS})
    places = rows(_PLACES, {"programme": programme_id, "open": OPEN_ENDED_DAYS, "freed": freed, "most": MOST_PLACES + 1})
    found: dict[tuple[UUID, str], int] = {}
    if len(places) > MOST_PLACES:
        return found
    for category in sorted({row["category"] for row in asked if row["n"] >= LEAST}):
        loads = [row for row in asked if row["category"] == category][:SAMPLE]
        here = [row for row in places if row["category"] == category]
        sides = [[row for row in here if row["leg"] == leg] for leg in ("collection", "recycling")]
        if all(sides):
            found |= {(contract, category): metres for contract, metres in _of(loads, *sides).items()}
    return found


def _of(loads: list[dict[str, Any]], bases: list[dict[str, Any]], plants: list[dict[str, Any]]) -> dict[UUID, int]:
    """One category's prices by contract, of those above a metre."""
    days_left = max(row["days_left"] for row in bases)
    times = float(loads[0]["asked_g"]) / sum(row["mass_g"] for row in loads) * days_left / max(float(loads[0]["days"]), 1.0)
    seen_g = sum(row["mass_g"] for row in loads)
    times = min(times, *(FILLS * sum(row["room_g"] for row in side) / seen_g for side in (bases, plants)))
    contracts = sorted({row["contract_id"] for row in (*bases, *plants)})
    number = {contract: n for n, contract in enumerate(contracts)}
    room = {row["contract_id"]: row["room_g"] for row in (*plants, *bases)}
    collector, out_m = _listed(loads, bases)
    recycler, load_m = _listed(loads, plants)
    home_m = METRES.matrix(_points(plants), _points(bases)).metres
    recycling = {row["contract_id"]: n for n, row in enumerate(plants)}
    for n, base in enumerate(bases):
        if base["contract_id"] in recycling:  # it keeps what it collects
            home_m[np.arange(len(plants)) != recycling[base["contract_id"]], n] = NO_WAY
    problem = Problem(
        np.array([row["mass_g"] * times for row in loads]).astype(np.int64), collector, out_m, recycler, load_m, home_m,
        np.array([room[contract] for contract in contracts], np.int64),
        np.array([number[row["contract_id"]] for row in bases], np.int64),
        np.array([(number[row["contract_id"]], -1) for row in plants], np.int64))
    return {contracts[n]: int(metres) for n, metres in enumerate(price(problem)) if metres >= 1}


def _listed(loads: list[dict[str, Any]], places: list[dict[str, Any]]) -> tuple[Ints, Ints]:
    """(n, LISTED) the nearest places that serve each load's region and how far they are; -1 where there are fewer."""
    metres = METRES.matrix(_points(loads), _points(places)).metres
    for region in {row["region"] for row in loads}:
        foreign = [n for n, row in enumerate(places) if region not in row["regions"]]
        metres[np.ix_([n for n, row in enumerate(loads) if row["region"] == region], foreign)] = NO_WAY
    order = np.argsort(metres, axis=1, kind="stable")[:, :LISTED]
    near = np.take_along_axis(metres, order, axis=1)
    return np.where(near < NO_WAY, order, -1), np.where(near < NO_WAY, near, 0)


def _points(places: list[dict[str, Any]]) -> list[tuple[float, float]]:
    return [(row["x"], row["y"]) for row in places]
