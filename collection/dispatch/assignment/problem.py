"""What is to be decided, and what a decision costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Metres that stand for "no": longer than any way on earth, and sums of a few fit into 32 bits.
NO_WAY = 400_000_000
#: What a tonne left behind costs, as if it had been driven so far: longer than any way through the country and back, so
#: that no load stays for being far away.
PENALTY_M = 10_000_000
TONNE_KM = 1e9  # in gram-metres


@dataclass(frozen=True, slots=True)
class Problem:
    """Loads of one category: n loads, m collectors, k recyclers, a accounts. An absent candidate is -1.

    A load's way is empty from the collector's base to the generator, loaded to the plant, and empty home. It costs its
    mass times that way: lorries that carry several loads share their way by mass.

    An account is whatever limits mass: a contract's quota, a plant's month. A load takes its mass once from each account of
    its collector and its recycler; a contract that collects and recycles it pays once from its one quota.
    """

    mass_g: Ints  # (n,)
    collector: Ints  # (n, C) who may fetch it
    out_m: Ints  # (n, C) metres from their bases to the generator
    recycler: Ints  # (n, R) where it may go
    load_m: Ints  # (n, R) metres from the generator to the plants
    home_m: Ints  # (k, m) metres from each plant to each base
    room_g: Ints  # (a,) what each account still holds
    collector_account: Ints  # (m,)
    recycler_accounts: Ints  # (k, 2) its contract's quota and its plant's month (-1: the plant names no limit)
    penalty_m: int = PENALTY_M

    def ways(self) -> NDArray[np.int32]:
        """(n, C, R) metres of the whole way with each pair of candidates; NO_WAY where either is absent."""
        home = self.home_m.astype(np.int32)[self.recycler[:, None, :], self.collector[:, :, None]]
        way = home + self.out_m.astype(np.int32)[:, :, None] + self.load_m.astype(np.int32)[:, None, :]
        way[np.broadcast_to((self.collector < 0)[:, :, None] | (self.recycler < 0)[:, None, :], way.shape)] = NO_WAY
        return way

    def accounts(self, collector: Ints, recycler: Ints) -> Ints:
        """(..., 3) the accounts that pairs (...) take from; one that is not there, or comes a second time, is the last + 1."""
        none = len(self.room_g)
        mine = self.collector_account[collector]
        quota, month = np.moveaxis(self.recycler_accounts[recycler], -1, 0)
        return np.stack([mine, np.where(quota == mine, none, quota), np.where(month < 0, none, month)], axis=-1)


def part(problem: Problem, loads: Ints) -> Problem:
    """The same problem with these loads only."""
    return replace(problem, **{name: getattr(problem, name)[loads] for name in (
        "mass_g", "collector", "out_m", "recycler", "load_m")})


@dataclass(frozen=True, slots=True)
class Plan:
    """`collector` and `recycler` of each load (-1: left behind), its way in metres, and what all of it costs."""

    collector: Ints
    recycler: Ints
    way_m: Ints
    unserved_g: int
    cost_tkm: float  # tonne-kilometres, the penalty included


def plan_of(problem: Problem, collector: Ints, recycler: Ints) -> Plan:
    """The plan with these hands, which must be candidates, and its cost; with only one of the two a load is left behind."""
    served = (collector >= 0) & (recycler >= 0)
    collector, recycler = np.where(served, collector, -1), np.where(served, recycler, -1)
    each = np.flatnonzero(served)
    way = np.zeros(len(served), np.int64)
    if len(each):  # there may be nobody at all to look for
        way[each] = (
            problem.out_m[each, (problem.collector[each] == collector[each, None]).argmax(axis=1)]
            + problem.load_m[each, (problem.recycler[each] == recycler[each, None]).argmax(axis=1)]
            + problem.home_m[recycler[each], collector[each]])
    unserved_g = int(problem.mass_g[~served].sum())
    cost = float(problem.mass_g.astype(np.float64) @ way) + float(unserved_g) * problem.penalty_m
    return Plan(collector, recycler, way, unserved_g, cost / TONNE_KM)


def used_g(problem: Problem, plan: Plan) -> Ints:
    """(a,) what the plan takes from each account: never more than `room_g` in a plan that can be carried out."""
    served = np.flatnonzero(plan.collector >= 0)
    accounts = problem.accounts(plan.collector[served], plan.recycler[served])
    mass = np.broadcast_to(problem.mass_g[served, None], accounts.shape)
    used = np.zeros(len(problem.room_g) + 1, np.int64)
    np.add.at(used, accounts, mass)
    return used[:-1]


def nearest_first(problem: Problem) -> Plan:
    """What nobody plans: each load in its order to the nearest base with room, and from there to the nearest plant."""
    room = np.append(problem.room_g, np.iinfo(np.int64).max)
    collector, recycler = np.full(len(problem.mass_g), -1), np.full(len(problem.mass_g), -1)
    for load, mass in enumerate(problem.mass_g.tolist()):
        bases = problem.collector[load][np.argsort(problem.out_m[load], kind="stable")]
        bases = bases[bases >= 0]
        bases = bases[room[problem.collector_account[bases]] >= mass]
        plants = problem.recycler[load][np.argsort(problem.load_m[load], kind="stable")]
        plants = plants[plants >= 0]
        plants = plants[problem.home_m[plants, bases[0]] < NO_WAY] if len(bases) else plants[:0]
        plants = plants[(room[problem.accounts(bases[:1].repeat(len(plants)), plants)] >= mass).all(axis=1)]
        if len(plants):
            collector[load], recycler[load] = bases[0], plants[0]
            room[problem.accounts(bases[:1], plants[:1])[0]] -= mass
    return plan_of(problem, collector, recycler)
