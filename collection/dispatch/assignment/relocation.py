"""Whole loads: a plan that keeps to every account, made better by moving one load or exchanging two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .problem import NO_WAY, Floats, Ints

#: Many rounds for few loads, few for many.
FEWEST_ROUNDS, MOST_ROUNDS, LOOKED_AT = 4, 40, 60_000
#: Pairs of loads looked at in one round, and for an exchange pairs times options.
EJECTIONS, EXCHANGES = 100_000, 500_000
#: How often a shaken load takes the nearest option that fits, and not a later one.
NOT_PASSED_BY = 0.7


UNLIMITED = 2**62


class Loads:
    """n loads, each with K options and the one it has (-1: left behind).

    `mass_g` (n,), `way` (n, K), `accounts` (n, K, 3), where the account beyond the last has room without end; `room_g` (a,):
    what they hold in all. Single moves are made on plain lists, which is five times faster than on arrays.
    """

    def __init__(self, mass_g: Ints, way: NDArray[np.int32], accounts: Ints, room_g: Ints, penalty_m: int) -> None:
        self.mass_g, self.way, self.accounts, self.penalty_m = mass_g, way, accounts, penalty_m
        self.choice = np.full(len(mass_g), -1)
        self._masses, self._room = mass_g.tolist(), [*room_g.tolist(), UNLIMITED]

    @property
    def room_g(self) -> Ints:
        """(a + 1,) what is left beside what `choice` takes."""
        return np.array([*self._room[:-1], UNLIMITED], np.int64)

    @room_g.setter
    def room_g(self, left: Ints) -> None:
        self._room = left.tolist()

    def fits(self, load: int, option: int) -> bool:
        mass, room = self._masses[load], self._room
        one, two, three = self.accounts[load, option].tolist()
        return bool(room[one] >= mass and room[two] >= mass and room[three] >= mass)

    def take(self, load: int, option: int) -> None:
        """Give the load this option instead of what it has; -1 for none."""
        mass, room, held = self._masses[load], self._room, int(self.choice[load])
        if held >= 0:
            for account in self.accounts[load, held].tolist():
                room[account] += mass
        if option >= 0:
            for account in self.accounts[load, option].tolist():
                room[account] -= mass
        self.choice[load] = option

    def cost(self) -> Floats:
        """(n,) metres each costs now."""
        each = np.arange(len(self.choice))
        return np.where(self.choice >= 0, self.way[each, self.choice], self.penalty_m).astype(np.float64)


def settle(loads: Loads, wanted: Ints) -> None:
    """Give every load the option it wants (-1: none), the heaviest first, as far as there is room."""
    asking = np.flatnonzero(wanted >= 0)
    accounts = loads.accounts[asking, wanted[asking]]
    room = loads.room_g
    asked = np.zeros(len(room), np.int64)
    np.add.at(asked, accounts, loads.mass_g[asking, None])
    easy = (asked <= room)[accounts].all(axis=1)  # nobody competes for what these want
    loads.choice[asking[easy]] = wanted[asking[easy]]
    np.subtract.at(room, accounts[easy], loads.mass_g[asking[easy], None])
    loads.room_g = room
    contested = asking[~easy]
    for load in contested[np.argsort(-loads.mass_g[contested], kind="stable")].tolist():
        if loads.fits(load, int(wanted[load])):
            loads.take(load, int(wanted[load]))


def improve(loads: Loads) -> None:
    """Relocate and exchange until nothing helps or it was tried often enough; the best gain first, ties by position."""
    for _ in range(max(FEWEST_ROUNDS, min(MOST_ROUNDS, LOOKED_AT // len(loads.choice)))):
        if not relocate(loads) and not eject(loads) and not exchange(loads):
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
    possible = np.where(_everywhere(_has_room(loads)), loads.way, NO_WAY)
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


def eject(loads: Loads) -> int:
    """Let a load take an option that has no room, while another leaves that account for the best one that has."""
    n, done = len(loads.choice), 0
    for slot in range(3):
        cost = loads.cost()
        first, option, other, _ = _rivals(loads, slot, cost, EJECTIONS)
        if not len(first):
            continue
        own = np.where(loads.choice >= 0, loads.accounts[np.arange(n), loads.choice, slot], -1)
        away = np.where(_everywhere(_has_room(loads)) & (loads.accounts[..., slot] != own[:, None]), loads.way, NO_WAY)
        to = away.argmin(axis=1)
        lost = (away[np.arange(n), to] - cost) * loads.mass_g
        gain = (cost[first] - loads.way[first, option]) * loads.mass_g[first] - lost[other]
        done += _apply(loads, first, option, other, to[other], gain)
    return done


def exchange(loads: Loads) -> int:
    """The same, where the other may also go into what the first leaves. Dearer to look for, so fewer are looked at."""
    done = 0
    for slot in range(3):
        cost = loads.cost()
        first, option, other, account = _rivals(loads, slot, cost, EXCHANGES // loads.way.shape[1])
        if not len(first):
            continue
        held, theirs = loads.choice[first], loads.accounts[other]
        left = np.where(held >= 0, loads.accounts[first, held, slot], -1)
        freed = np.where(held >= 0, loads.mass_g[first], 0)
        own = loads.accounts[other, loads.choice[other]]
        room = loads.room_g[theirs] + loads.mass_g[other, None, None] * (theirs == own[:, None, :]) + freed[:, None, None] * (
            theirs == left[:, None, None])
        goes = _everywhere(room >= loads.mass_g[other, None, None]) & (theirs[:, :, slot] != account[:, None])
        target = np.where(goes, loads.way[other], NO_WAY)
        to = target.argmin(axis=1)
        lost = (target[np.arange(len(to)), to] - cost[other]) * loads.mass_g[other]
        gain = (cost[first] - loads.way[first, option]) * loads.mass_g[first] - lost
        done += _apply(loads, first, option, other, to, gain)
    return done


def _apply(loads: Loads, first: Ints, option: Ints, other: Ints, to: Ints, gain: Floats) -> int:
    """Do what gains most first; a load takes part once, and what has lost its room meanwhile is left out."""
    touched, done = np.zeros(len(loads.choice), bool), 0
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
    return done


def _rivals(loads: Loads, slot: int, cost: Floats, most: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Loads that want an option which only its account in `slot` forbids, each with every load that could make room there."""
    short = ~_has_room(loads)
    gain = (cost[:, None] - loads.way) * loads.mass_g[:, None]
    wants = (gain > 0) & short[..., slot] & ~short[..., slot - 1] & ~short[..., slot - 2]
    first, option = np.nonzero(wants)
    keep = np.argsort(-gain[first, option], kind="stable")
    first, option = first[keep], option[keep]
    account = loads.accounts[first, option, slot]
    holding = np.where(loads.choice >= 0, loads.accounts[np.arange(len(loads.choice)), loads.choice, slot], -1)
    order = np.argsort(holding, kind="stable")
    ends = np.searchsorted(holding[order], account, "right")
    starts = np.searchsorted(holding[order], account, "left")
    many = ends - starts
    kept = np.cumsum(many) <= most
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


def _everywhere(slots: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`all` over the last axis, of three: four times faster spelt out."""
    return slots[..., 0] & slots[..., 1] & slots[..., 2]


def _by_gain(gain: Floats) -> list[int]:
    order = np.argsort(-gain, kind="stable")
    return order[gain[order] > 1.0].tolist()
