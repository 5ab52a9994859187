"""One min-cost flow: bases -> loads -> plants, in units of ten kilograms, and what it says room is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from .problem import Floats, Ints, Problem

UNIT_G = 10_000


@dataclass(frozen=True, slots=True)
class Flow:
    """Collector and recycler that took the larger part of each load (-1: most of it was left behind), and prices (a,)."""

    collector: Ints
    recycler: Ints
    prices: Floats


def flow(problem: Problem, ways: NDArray[np.int32], pairs: Ints, around: Ints) -> Flow:
    """The cheapest way to serve everything, were loads divisible.

    `pairs` (n, K): the columns of each load's (C, R) ways whose parties may have it. `around` (n,): the pair the load is
    expected to take. A flow forgets which base a load came from when it reaches a plant, so the empty way home
    h(c, r) is written as a(c) + b(r): exact for every base with the expected plant, and for every plant with the expected
    base. Served tonnes come first: whatever is left behind goes round by an arc that costs the penalty.
    """
    n, wide = problem.collector.shape
    each, plants = np.arange(n), problem.recycler.shape[1]
    base, plant = np.divmod(around, plants)
    # the way with the expected other party: the whole cost of one's own leg
    with_base = np.take_along_axis(ways, plant[:, None, None], axis=2)[:, :, 0].astype(np.int64)
    with_plant = (ways[each, base].astype(np.int64) - ways[each, base, plant][:, None])
    out, load = np.zeros((n, wide), bool), np.zeros((n, plants), bool)
    np.put_along_axis(out, pairs // plants, True, axis=1)
    np.put_along_axis(load, pairs % plants, True, axis=1)
    whose_out, whose_load = np.nonzero(out)[0], np.nonzero(load)[0]
    units, room = -(-problem.mass_g // UNIT_G), problem.room_g.clip(0) // UNIT_G
    total, m, (k, _), accounts = int(units.sum()), len(problem.collector_account), problem.recycler_accounts.shape, len(room)
    quota, month = problem.recycler_accounts.T
    source, sink, bases, before = 0, 1, 2, 2 + m
    after, gates, pools = before + n, before + 2 * n, before + 2 * n + k
    arcs = [  # tails, heads, capacities, costs
        (np.full(m, source), bases + np.arange(m), room[problem.collector_account], np.zeros(m)),
        (bases + problem.collector[out], before + whose_out, units[whose_out], with_base[out]),
        (before + each, after + each, units, np.zeros(n)),
        (after + whose_load, gates + problem.recycler[load], units[whose_load], with_plant[load]),
        (gates + np.arange(k), pools + quota, np.where(month < 0, total, room[month]), np.zeros(k)),
        (pools + np.arange(accounts), np.full(accounts, sink), room, np.zeros(accounts)),
        ([source], [sink], [total], [problem.penalty_m]),
    ]
    tails, heads, capacities, costs = (np.concatenate(column).astype(np.int64) for column in zip(*arcs, strict=True))
    network = SimpleMinCostFlow()
    made = network.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    network.set_nodes_supplies(np.array([source, sink]), np.array([total, -total]))
    if (status := network.solve()) != network.OPTIMAL:
        raise RuntimeError(f"the flow has no optimum: {status}")
    moved, starts = network.flows(made), np.cumsum([0, *(len(tails) for tails, *_ in arcs)])

    def parts(mask: NDArray[np.bool_], arc: int) -> Ints:
        part = np.zeros(mask.shape, np.int64)
        part[mask] = moved[starts[arc]:starts[arc + 1]]
        return part

    def most(part: Ints, candidates: Ints) -> Ints:
        return np.where(part.sum(axis=1) * 2 > units, candidates[each, part.argmax(axis=1)], -1)

    fetched, brought = parts(out, 1), parts(load, 3)
    prices = np.maximum(
        _worth(with_base, fetched, out, np.append(problem.collector_account, accounts)[problem.collector], room),
        _worth(with_plant, brought, load, np.append(_tight(problem, brought, room), accounts)[problem.recycler], room))
    return Flow(most(fetched, problem.collector), most(brought, problem.recycler), prices)


def _tight(problem: Problem, brought: Ints, room: Ints) -> Ints:
    """(k,) the one account of each plant that its price is laid on: its month if that is full and the quota is not."""
    k, accounts = len(problem.recycler_accounts), len(room)
    used = np.bincount(problem.recycler.ravel() % (k + 1), weights=brought.ravel(), minlength=k + 1)[:k]
    quota, month = problem.recycler_accounts.T
    month_full = (month >= 0) & (used >= np.append(room, 0)[month])
    quota_full = np.bincount(quota, weights=used, minlength=accounts)[quota] >= room[quota]
    return np.where(month_full & ~quota_full, month, quota)


def _worth(cost: Ints, part: Ints, known: NDArray[np.bool_], account: Ints, room: Ints) -> Floats:
    """(a,) metres that a unit of room in each account would save: the dual prices of one side of the flow.

    Room that is left over is worth nothing. In a full account one unit more lets a load in that fares worse elsewhere, and
    the room it leaves there is worth something again: the longest such chain, which has an end because the flow is optimal.
    """
    accounts = len(room)
    used = np.bincount(account.ravel(), weights=part.ravel(), minlength=accounts + 1)[:accounts]
    saves = np.full((accounts + 1, accounts + 1), -np.inf)
    load, held = np.nonzero(part)
    for option in range(cost.shape[1]):
        may = known[load, option]
        there, here = load[may], held[may]
        np.maximum.at(saves, (account[there, here], account[there, option]), cost[there, here] - cost[there, option])
    saves, worth = saves[:accounts, :accounts], np.zeros(accounts)
    saves[:, used < room] = -np.inf
    for _ in range(accounts):
        better = np.maximum(worth, (saves + worth[:, None]).max(axis=0, initial=0))
        if (better == worth).all():
            break
        worth = better
    return worth
