"""What a run came to, and what nobody could have beaten knowing everything beforehand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from collection.dispatch.assignment import NO_WAY, Plan, Problem, assign, plan_of
from collection.kernel.db import rows

from .bounds import split_bound, unsplit_bound
from .drive import Drive
from .world import CATEGORIES, answer, gini, share


def measured(drive: Drive) -> dict[str, Any]:
    """One flat object of numbers; shares are of requests, kilometres along the ellipsoid.

    The bounds know every request and every answer beforehand, and count the same penalty for a tonne left behind.
    """
    ways, hands = _ways(drive), _hands(drive)
    longest = max(int(way[way < NO_WAY].max(initial=0)) for way in (table.ways() for table in (
        _problem(drive, ways, category, 0) for category in CATEGORIES) if table.mass_g.size))
    penalty_km = math.ceil(longest / 100_000) * 100
    plans: list[tuple[Problem, Plan]] = []
    split = unsplit = clairvoyant = everybody = 0.0
    for category in CATEGORIES:
        problem = _problem(drive, ways, category, penalty_km * 1000)
        if not problem.mass_g.size:
            continue
        plans.append(_parts(drive, problem, category, hands))
        everybody += split_bound(problem)
        problem = _willing(drive, problem, category)
        best, bound = assign(problem), split_bound(problem)
        split, clairvoyant = split + bound, clairvoyant + best.plan.cost_tkm
        unsplit += max(bound, unsplit_bound(problem, best.plan))
    cost = sum(plan.cost_tkm for _, plan in plans)
    served = sum(int(problem.mass_g.sum()) - plan.unserved_g for problem, plan in plans)
    loaded = sum(float(problem.mass_g @ _loaded(problem, plan)) for problem, plan in plans) / 1e9
    driven = sum(float(problem.mass_g @ plan.way_m) for problem, plan in plans) / 1e9
    return {
        "policy": drive.policy, "seed": drive.world.seed, "requests": len(drive.world.requests),
        "contracts": len(drive.world.contracts), "tonne_km": round(driven, 1),
        "empty_km_per_tonne": round((driven - loaded) / (served / 1e6), 2) if served else 0.0, "served_g": served,
        "unserved_g": sum(plan.unserved_g for _, plan in plans), **_in_time(drive), "gini": round(gini(_shares(drive)), 4),
        "cost": round(cost, 1), "penalty_per_tonne": penalty_km, "split_bound": round(split, 1),
        "unsplit_bound": round(unsplit, 1), "clairvoyant_plan": round(clairvoyant, 1),
        "split_bound_if_all_said_yes": round(everybody, 1),
        "ratio_to_split_bound": round(cost / split, 4), "ratio_to_unsplit_bound": round(cost / unsplit, 4),
        "reoptimisations": drive.runs, "changes": drive.changes,
    }


def _of(drive: Drive, category: str) -> list[int]:
    return [n for n, one in enumerate(drive.world.requests) if one.category == category]


def _ways(drive: Drive) -> tuple[Any, Any, Any]:
    """Metres from each contract's base to each request, from each request to each plant, and from each plant home."""
    n, c = len(drive.world.requests), len(drive.stage.parties)
    out, load, home = np.full((n, c), -1), np.full((n, c), -1), np.full((c, c), -1)
    metres = "round(ST_Distance(a.point, b.point))::bigint AS metres"
    points = "(SELECT p.id, p.point FROM pickups_pickup p WHERE p.programme_id = %(programme)s)"
    bases = "(SELECT c.id, place.point FROM contracts_contract c JOIN registry_base place ON place.id = c.base_id)"
    plants = "(SELECT c.id, place.point FROM contracts_contract c JOIN registry_facility place ON place.id = c.facility_id)"
    for table, first, second, row, column in (
        (out, points, bases, drive.request_of, drive.number), (load, points, plants, drive.request_of, drive.number),
        (home, plants, bases, drive.number, drive.number),
    ):
        for pair in rows(f"SELECT a.id AS one, b.id AS other, {metres} FROM {first} a CROSS JOIN {second} b",
                         {"programme": drive.stage.programme_id}):
            if pair["one"] in row and pair["other"] in column:
                table[row[pair["one"]], column[pair["other"]]] = pair["metres"]
    return out, load, home


def _problem(drive: Drive, ways: tuple[Any, Any, Any], category: str, penalty_m: int) -> Problem:
    """All requests of a category and every contract that may have them, with whole quotas: what a clairvoyant would see.

    As in the house, a contract that recycles too keeps the loads it collects.
    """
    out, load, home = ways
    kinds = [one.kind if category in drive.world.quotas[n] else "" for n, one in enumerate(drive.world.contracts)]
    bases = np.array([n for n, kind in enumerate(kinds) if kind in ("collection", "full_cycle")], int)
    plants = np.array([n for n, kind in enumerate(kinds) if kind in ("recycling", "full_cycle")], int)
    asked = np.array(_of(drive, category), int)
    everyone = np.arange(len(kinds))
    way_home = home.copy()
    for n in np.flatnonzero(np.array(kinds) == "full_cycle"):
        way_home[everyone != n, n] = NO_WAY
    way_home[way_home < 0] = NO_WAY
    return Problem(
        np.array([drive.world.requests[n].mass_g for n in asked], np.int64),
        np.broadcast_to(bases, (len(asked), len(bases))), out[np.ix_(asked, bases)],
        np.broadcast_to(plants, (len(asked), len(plants))), load[np.ix_(asked, plants)], way_home,
        np.array([drive.world.quotas[n].get(category, 0) for n in range(len(kinds))], np.int64), everyone,
        np.stack([everyone, np.full(len(everyone), -1)], axis=1), penalty_m)


def _willing(drive: Drive, problem: Problem, category: str) -> Problem:
    """Only collectors who will say yes in time if they are asked: nobody is asked twice, so no policy can have the others."""
    life, collector = drive.stage.offer_life, problem.collector.copy()
    for row, n in enumerate(_of(drive, category)):
        for column, party in enumerate(problem.collector[row].tolist()):
            said = answer(drive.world.seed, party, drive.world.requests[n].index)
            if not said.yes or said.after is None or said.after >= life:
                collector[row, column] = -1
    return replace(problem, collector=collector)


def _hands(drive: Drive) -> list[tuple[int, int, int, int]]:
    """(request, grams, collector, recycler) of every pickup; a request nobody had room for became several. -1: nobody."""
    return [
        (drive.request_of[row["id"]], row["declared_g"], drive.number.get(row["contract_id"], -1),
         drive.number.get(row["recycler_contract_id"], -1))
        for row in rows("SELECT p.id, p.declared_g, j.contract_id, j.recycler_contract_id FROM pickups_pickup p "
                        "LEFT JOIN dispatch_job j ON j.pickup_id = p.id AND j.state IN ('assigned', 'en_route') "
                        "WHERE p.id = ANY (%s) ORDER BY p.id", [list(drive.request_of)])
    ]


def _parts(drive: Drive, problem: Problem, category: str, hands: list[tuple[int, int, int, int]]) -> tuple[Problem, Plan]:
    """What was done, load by load as it was carried."""
    row = {n: number for number, n in enumerate(_of(drive, category))}
    request, mass_g, collector, recycler = np.array([one for one in hands if one[0] in row], np.int64).T
    at = np.array([row[n] for n in request.tolist()])
    carried = replace(problem, mass_g=mass_g, collector=problem.collector[at], out_m=problem.out_m[at],
                      recycler=problem.recycler[at], load_m=problem.load_m[at])
    return carried, plan_of(carried, collector, recycler)


def _loaded(problem: Problem, plan: Plan) -> Any:
    at = (problem.recycler == plan.recycler[:, None]).argmax(axis=1)
    return np.where(plan.recycler >= 0, problem.load_m[np.arange(len(at)), at], 0)


def _in_time(drive: Drive) -> dict[str, float]:
    """How many were taken within so many minutes of being asked for, how many never, and how many offers each took."""
    [row] = rows(
        """
        SELECT count(*) AS n, count(*) FILTER (WHERE state = 'expired') AS expired,
               count(*) FILTER (WHERE accepted_at <= submitted_at + interval '10 minutes') AS ten,
               count(*) FILTER (WHERE accepted_at <= submitted_at + interval '60 minutes') AS sixty,
               count(*) FILTER (WHERE accepted_at <= submitted_at + interval '240 minutes') AS later,
               count(*) FILTER (WHERE accepted_at IS NOT NULL) AS taken,
               (SELECT count(*) FROM dispatch_offer o WHERE o.pickup_id = ANY (%(pickups)s)) AS offers
        FROM pickups_pickup WHERE id = ANY (%(pickups)s)
        """, {"pickups": list(drive.request_of)})
    return {
        "dispatched_10_min": share(row["ten"], row["n"]), "dispatched_60_min": share(row["sixty"], row["n"]),
        "dispatched_240_min": share(row["later"], row["n"]), "expired": share(row["expired"], row["n"]),
        "offers_per_job": round(row["offers"] / row["taken"], 3) if row["taken"] else 0.0,
    }


def _shares(drive: Drive) -> list[float]:
    """Of each collecting contract: the tonnes it took over its quotas."""
    taken = {row["contract_id"]: float(row["grams"]) for row in rows(
        "SELECT j.contract_id, sum(p.declared_g) AS grams FROM dispatch_job j JOIN pickups_pickup p ON p.id = j.pickup_id "
        "WHERE j.state IN ('assigned', 'en_route') AND p.id = ANY (%s) GROUP BY 1", [list(drive.request_of)])}
    return [taken.get(party.contract_id, 0.0) / sum(drive.world.quotas[n].values())
            for n, party in enumerate(drive.stage.parties)
            if drive.world.contracts[n].kind != "recycling" and drive.world.quotas[n]]
