"""Who fetches what and where it goes, for many loads at once: served tonnes first, then the way driven.

Pure: plain arrays in, a plan out, and the same plan for the same arrays. One category at a time, because quotas are by
category. A min-cost flow comes first (`flow`); it also says what room is worth. These prices are made true for whole ways
(`prices`), show each load the pairs that are cheap for everybody, and give the bound that no plan can beat. Whole loads and
a seeded local search come last (`relocation`).
Source: libraries.md, section 9.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .flow import flow
from .prices import ascend, at_prices, bound_tkm
from .problem import NO_WAY, PENALTY_M, Floats, Ints, Plan, Problem, nearest_first, part, plan_of, used_g
from .relocation import Loads, improve, settle, shake

__all__ = [
    "NO_WAY", "PENALTY_M", "Assigned", "Ints", "Plan", "Problem", "assign", "lower_bound", "nearest_first", "plan_of",
    "price", "split_bound", "used_g",
]

#: Pairs a load may get besides each base with its best plant and each plant with its best base: the cheapest at the prices.
PAIRS = 16
#: More rounds for fewer loads: so many loads are priced in all, and so many shaken.
PRICE_ROUNDS, PRICED, BOUND_ROUNDS = (16, 60), 200_000, 400
SHAKES, SHAKEN = 40, 2_000
#: Beyond so many loads there is one flow, not two, and those left over look farther once, not thrice.
LARGE = 3_000


@dataclass(frozen=True, slots=True)
class Assigned:
    plan: Plan
    prices: Floats  # metres that a unit of mass in each account is worth
    bound_tkm: float  # no plan costs less


def assign(problem: Problem, *, now: tuple[Ints, Ints] | None = None, seed: int = 1) -> Assigned:
    """The best plan found, never dearer than `now` (collector and recycler of each load as they stand, -1 for none).

    Equally good plans leave everything as it is, and only the plan made from nothing is shaken (by `seed`), so that planning
    again changes nothing.
    """
    if not _has_pairs(problem):
        plan = _nobody(problem)
        return Assigned(plan, np.zeros(len(problem.room_g)), plan.cost_tkm)
    ways = problem.ways()
    prices, hands = _priced(problem, ways, rounds=min(max(PRICED // len(ways), PRICE_ROUNDS[0]), PRICE_ROUNDS[1]))
    priced = at_prices(problem, ways, prices, number=PAIRS)
    bound = bound_tkm(problem, prices, priced.least)
    plans = [_whole(problem, ways, priced.pairs, hands, seed)]
    if now is not None:
        plans.insert(0, _whole(problem, ways, _with(problem, priced.pairs, now), now))
    return Assigned(min(plans, key=lambda plan: plan.cost_tkm), prices, bound)


def price(problem: Problem) -> Floats:
    """Metres that room in each account is worth, were loads divisible; a load left behind costs twice the longest way."""
    if not _has_pairs(problem):
        return np.zeros(len(problem.room_g))
    ways = problem.ways()
    longest = int(ways[ways < NO_WAY // 2].max(initial=0))
    return _priced(replace(problem, penalty_m=2 * longest), ways, rounds=PRICE_ROUNDS[1])[0]


def lower_bound(problem: Problem, *, rounds: int = BOUND_ROUNDS) -> float:
    """The split bound sharpened by more rounds, in tonne-kilometres."""
    if not _has_pairs(problem):
        return _nobody(problem).cost_tkm
    ways = problem.ways()
    return max(split_bound(problem, prices, ways) for prices in (
        _priced(problem, ways, rounds=rounds)[0], np.zeros(len(problem.room_g))))


def split_bound(problem: Problem, prices: Floats, ways: NDArray[np.int32] | None = None) -> float:
    """The bound that these prices (metres, of each account) give."""
    if not _has_pairs(problem):
        return _nobody(problem).cost_tkm
    ways = problem.ways() if ways is None else ways
    return bound_tkm(problem, prices, at_prices(problem, ways, prices, number=1).least)


def _has_pairs(problem: Problem) -> bool:
    return bool(len(problem.mass_g) and problem.collector.shape[1] and problem.recycler.shape[1])


def _nobody(problem: Problem) -> Plan:
    """Everything is left behind."""
    nobody = np.full(len(problem.mass_g), -1)
    return plan_of(problem, nobody, nobody)


def _priced(problem: Problem, ways: NDArray[np.int32], *, rounds: int) -> tuple[Floats, tuple[Ints, Ints]]:
    """Prices of the accounts in metres, and the hands (collector, recycler) that the last flow gave each load.

    What a flow says room is worth holds for its own costs, in which the way home is split in two: the last rounds make the
    prices true for whole ways.
    """
    prices = np.zeros(len(problem.room_g))
    for _ in range(1 if len(ways) > LARGE else 2):
        priced = at_prices(problem, ways, prices, number=PAIRS)
        found = flow(problem, ways, priced.pairs, priced.cheapest)
        prices = found.prices
    pairs = at_prices(problem, ways, prices, number=PAIRS).pairs
    prices = ascend(problem, *_options(problem, ways, pairs), rounds=rounds, start=prices)
    return prices, (found.collector, found.recycler)


def _cheapest(cost: NDArray[Any], number: int) -> Ints:
    """(n, K) the pairs of least cost of each load, as columns of its (C, R) table, in the order of the columns."""
    flat = cost.reshape(len(cost), -1)
    if flat.shape[1] <= number:
        return np.broadcast_to(np.arange(flat.shape[1]), flat.shape)
    return np.sort(np.argpartition(flat, number - 1, axis=1)[:, :number], axis=1)


def _options(problem: Problem, ways: NDArray[np.int32], pairs: Ints) -> tuple[NDArray[np.int32], Ints]:
    """(n, K) the ways of these pairs, and (n, K, 3) what they take from."""
    base, plant = np.divmod(pairs, ways.shape[2])
    collector = np.take_along_axis(problem.collector, base, axis=1)
    recycler = np.take_along_axis(problem.recycler, plant, axis=1)
    return np.take_along_axis(ways.reshape(len(ways), -1), pairs, axis=1), problem.accounts(collector, recycler)


def _whole(problem: Problem, ways: NDArray[np.int32], pairs: Ints, hands: tuple[Ints, Ints],
           seed: int | None = None) -> Plan:
    """The hands wanted, each load given to one pair as far as there is room, and then made better.

    Loads that found no room among their pairs look farther: at the nearest pairs that have room now.
    """
    wanted, flat, pairs = _column(problem, *hands, ways.shape[2]), ways.reshape(len(ways), -1), pairs.copy()
    loads = Loads(problem.mass_g, *_options(problem, ways, pairs), problem.room_g, problem.penalty_m)
    among = (pairs == wanted[:, None]) & (wanted >= 0)[:, None]
    settle(loads, np.where(among.any(axis=1), among.argmax(axis=1), -1))
    improve(loads)
    for _ in range(1 if len(ways) > LARGE else 3):
        left = np.flatnonzero(loads.choice < 0)
        if not len(left) or pairs.shape[1] == flat.shape[1]:
            break
        everywhere = np.broadcast_to(np.arange(flat.shape[1]), (len(left), flat.shape[1]))
        _, theirs = _options(part(problem, left), ways[left], everywhere)
        room = (loads.room_g[theirs] >= problem.mass_g[left, None, None]).all(axis=2)
        pairs[left] = _cheapest(np.where(room, flat[left], flat[left] + problem.penalty_m), pairs.shape[1])
        loads.way[left], loads.accounts[left] = _options(part(problem, left), ways[left], pairs[left])
        improve(loads)
    if seed is not None:
        shake(loads, seed=seed, times=min(SHAKES, SHAKEN // len(ways)))
    base, plant = np.divmod(pairs[np.arange(len(pairs)), loads.choice], ways.shape[2])
    each, served = np.arange(len(pairs)), loads.choice >= 0
    return plan_of(problem, np.where(served, problem.collector[each, base], -1),
                   np.where(served, problem.recycler[each, plant], -1))


def _with(problem: Problem, pairs: Ints, hands: tuple[Ints, Ints]) -> Ints:
    """The pairs, and in the last place the one each load has now, should it be missing."""
    wanted = _column(problem, *hands, problem.recycler.shape[1])
    missing = (wanted >= 0) & ~(pairs == wanted[:, None]).any(axis=1)
    pairs = pairs.copy()
    pairs[missing, -1] = wanted[missing]
    return pairs


def _column(problem: Problem, collector: Ints, recycler: Ints, plants: int) -> Ints:
    """Where in its (C, R) table each load's pair stands; -1 for none."""
    base, plant = problem.collector == collector[:, None], problem.recycler == recycler[:, None]
    there = (collector >= 0) & (recycler >= 0) & base.any(axis=1) & plant.any(axis=1)
    return np.where(there, base.argmax(axis=1) * plants + plant.argmax(axis=1), -1)
