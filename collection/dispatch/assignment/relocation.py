"""Whole loads: a plan that keeps to every account, made better by moving one load or exchanging two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .problem import NO_WAY, Floats, Ints

ROUNDS = 40
#: Pairs of loads looked at for an exchange in one round.
EXCHANGES = 1_000_000
#: How often a shaken load takes the nearest option that fits, and not a later one.
NOT_PASSED_BY = 0.7


@dataclass(slots=True)
class Loads:
    """n loads, each with K options (the shortest first or last, no matter) and the one it has (-1: left behind)."""

    mass_g: Ints  # (n,)
    way: NDArray[np.int32]  # (n, K)
    accounts: Ints  # (n, K, 3), the account beyond the last has room without end
    room_g: Ints  # (a + 1,) what is left beside what `choice` takes
    penalty_m: int
    choice: Ints  # (n,)

    def fits(self, load: int, option: int) -> bool:
        return bool((self.room_g[self.accounts[load, option]] >= self.mass_g[load]).all())

    def take(self, load: int, option: int) -> None:
        """Give the load this option instead of what it has; -1 for none."""
        held = self.choice[load]
        if held >= 0:
            self.room_g[self.accounts[load, held]] += self.mass_g[load]
        if option >= 0:
            self.room_g[self.accounts[load, option]] -= self.mass_g[load]
        self.room_g[-1] = np.iinfo(np.int64).max // 2
        self.choice[load] = option

    def cost(self) -> Floats:
        """(n,) metres each costs now."""
        each = np.arange(len(self.choice))
        return np.where(self.choice >= 0, self.way[each, self.choice], self.penalty_m).astype(np.float64)


def settle(loads: Loads, wanted: Ints) -> None:
    """Give every load the option it wants (-1: none), the heaviest first, as far as there is room."""
    for load in np.argsort(-loads.mass_g, kind="stable").tolist():
        if wanted[load] >= 0 and loads.fits(load, wanted[load]):
            loads.take(load, int(wanted[load]))


def improve(loads: Loads) -> None:
    """Relocate and exchange until nothing helps, in at most ROUNDS rounds; the best gain first, ties by position."""
    for _ in range(ROUNDS):
        if relocate(loads):
            continue
        if not exchange(loads):
            return


def shake(loads: Loads, *, seed: int, times: int) -> None:
    """Take up to two thirds of the loads out, put them back otherwise and improve; the best of `times` tries stays."""
    chance, n = np.random.default_rng(seed), len(loads.choice)
    best, least = loads.choice.copy(), float(loads.cost() @ loads.mass_g)
    for _ in range(times):
        for load in chance.choice(n, chance.integers(1, max(2, 2 * n // 3) + 1) if n > 1 else 1, replace=False).tolist():
            loads.take(load, -1)
        for load in chance.permutation(np.flatnonzero(loads.choice < 0)).tolist():
            for option in np.argsort(loads.way[load], kind="stable").tolist():
                if loads.way[load, option] >= loads.penalty_m:
                    break
                if loads.fits(load, option) and chance.random() < NOT_PASSED_BY:
                    loads.take(load, option)
                    break
        improve(loads)
        cost = float(loads.cost() @ loads.mass_g)
        if cost < least:
            best, least = loads.choice.copy(), cost
        else:
            for load in np.flatnonzero(loads.choice != best).tolist():
                loads.take(load, -1)
            for load in np.flatnonzero(loads.choice != best).tolist():
                loads.take(load, int(best[load]))


def relocate(loads: Loads) -> int:
    """Move single loads to better options that have room; how many were moved."""
    each = np.arange(len(loads.choice))
    possible = np.where(_has_room(loads).all(axis=2), loads.way, NO_WAY)
    best = possible.argmin(axis=1)
    gain = (loads.cost() - possible[each, best]) * loads.mass_g
    moved = 0
    for load in _by_gain(gain):
        held, option = int(loads.choice[load]), int(best[load])
        loads.take(load, -1)
        fits = loads.fits(load, option)
        loads.take(load, option if fits else held)
        moved += fits
    return moved


def exchange(loads: Loads) -> int:
    """Let a load take an option that has no room while another makes room for it; how many times that was done.

    The other goes where there is room already, or into what the first leaves.
    """
    n, cost, done = len(loads.choice), loads.cost(), 0
    for slot in range(3):
        first, option, other, account = _rivals(loads, slot, cost)
        if not len(first):
            continue
        # where the other may go: not to the account it makes room in; what the first leaves counts as free
        held = loads.choice[first]
        left = np.where(held >= 0, loads.accounts[first, held, slot], -1)
        freed = np.where(held >= 0, loads.mass_g[first], 0)
        room = loads.room_g[loads.accounts[other]]  # (pairs, K, 3)
        own = loads.accounts[other, loads.choice[other]]
        theirs = loads.accounts[other]
        enough = room + loads.mass_g[other, None, None] * (theirs == own[:, None, :]) + freed[:, None, None] * (
            theirs == left[:, None, None]) >= loads.mass_g[other, None, None]
        goes = enough.all(axis=2) & (theirs[:, :, slot] != account[:, None])
        target = np.where(goes, loads.way[other], NO_WAY)
        to = target.argmin(axis=1)
        lost = (target[np.arange(len(to)), to] - cost[other]) * loads.mass_g[other]
        gain = (cost[first] - loads.way[first, option]) * loads.mass_g[first] - lost
        touched = np.zeros(n, bool)
        for pair in _by_gain(gain):
            a, b = int(first[pair]), int(other[pair])
            if touched[a] or touched[b]:
                continue
            back = int(loads.choice[a]), int(loads.choice[b])
            loads.take(a, -1)
            loads.take(b, -1)
            if loads.fits(a, int(option[pair])):
                loads.take(a, int(option[pair]))
                if loads.fits(b, int(to[pair])):
                    loads.take(b, int(to[pair]))
                    touched[a] = touched[b] = True
                    done += 1
                    continue
                loads.take(a, -1)
            loads.take(a, back[0])
            loads.take(b, back[1])
        cost = loads.cost()
    return done


def _rivals(loads: Loads, slot: int, cost: Floats) -> tuple[Ints, Ints, Ints, Ints]:
    """Loads that want an option which only its account in `slot` forbids, each with every load that could make room there."""
    short = ~_has_room(loads)
    gain = (cost[:, None] - loads.way) * loads.mass_g[:, None]
    wants = (gain > 0) & short[..., slot] & (short.sum(axis=2) == 1)
    first, option = np.nonzero(wants)
    keep = np.argsort(-gain[first, option], kind="stable")
    first, option = first[keep], option[keep]
    account = loads.accounts[first, option, slot]
    holding = np.where(loads.choice >= 0, loads.accounts[np.arange(len(loads.choice)), loads.choice, slot], -1)
    order = np.argsort(holding, kind="stable")
    ends = np.searchsorted(holding[order], account, "right")
    starts = np.searchsorted(holding[order], account, "left")
    many = ends - starts
    kept = np.cumsum(many) <= EXCHANGES // loads.way.shape[1]
    first, option, account, starts, many = (one[kept] for one in (first, option, account, starts, many))
    pair = np.repeat(np.arange(len(first)), many)
    other = order[starts[pair] + np.arange(len(pair)) - np.repeat(np.cumsum(many) - many, many)]
    lacking = loads.mass_g[first] - loads.room_g[account]
    enough = (loads.mass_g[other] >= lacking[pair]) & (other != first[pair])
    pair, other = pair[enough], other[enough]
    return first[pair], option[pair], other, account[pair]


def _has_room(loads: Loads) -> NDArray[np.bool_]:
    """(n, K, 3) whether each account of each option holds the load, its own present mass there counted as free."""
    n = len(loads.choice)
    own = np.where(loads.choice[:, None] >= 0, loads.accounts[np.arange(n), loads.choice], -1)
    return (loads.accounts == own[:, None, :]) | (loads.room_g[loads.accounts] >= loads.mass_g[:, None, None])


def _by_gain(gain: Floats) -> list[int]:
    order = np.argsort(-gain, kind="stable")
    return order[gain[order] > 1.0].tolist()
