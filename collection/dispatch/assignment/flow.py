"""One min-cost flow: bases -> loads -> plants, in units of ten kilograms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from .problem import Ints, Problem

UNIT_G = 10_000


def flow(problem: Problem, ways: NDArray[np.int32], pairs: Ints, around: Ints) -> tuple[Ints, Ints]:
    """Collector and recycler that took the larger part of each load (-1: most of it was left behind), were loads divisible.

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

    def most(mask: NDArray[np.bool_], arc: int, candidates: Ints) -> Ints:
        part = np.zeros(candidates.shape, np.int64)
        part[mask] = moved[starts[arc]:starts[arc + 1]]
        return np.where(part.sum(axis=1) * 2 > units, candidates[each, part.argmax(axis=1)], -1)

    return most(out, 1, problem.collector), most(load, 3, problem.recycler)
