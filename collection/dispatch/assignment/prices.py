"""What a gram of each account is worth: the prices that bound every plan from below and show where room is scarce."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .problem import NO_WAY, TONNE_KM, Floats, Ints, Problem

#: A price goes up while its account is asked for more than it holds, and down otherwise; its step grows while it keeps
#: its direction and halves when it turns (Riedmiller and Braun's rule).
FIRST_STEP_M, LEAST_STEP_M, LARGEST_STEP_M = 20_000.0, 10.0, 200_000.0
#: Loads divide themselves among pairs of nearly the same cost, so that they do not all run to the cheapest of equal ones:
#: a pair dearer by so much gets e times less, at the first round and at the last.
FIRST_BLUR_M, LAST_BLUR_M = 20_000.0, 500.0
SLICE = 4096


def ascend(problem: Problem, way: NDArray[np.int32], accounts: Ints, *, rounds: int,
           start: Floats | None = None) -> Floats:
    """Prices in metres (a,) under which few accounts are asked for more than they hold.

    `way` (n, K) and `accounts` (n, K, 3) are the pairs to choose from; `start`: prices that are good already. The best
    round's prices, by the bound they give.
    """
    none, finer = len(problem.room_g), 1 if start is None else 8
    mass, room = problem.mass_g.astype(np.float64), problem.room_g.astype(np.float64)
    price = np.append(np.zeros(none) if start is None else start, 0).astype(np.float32)
    step, before, best, found = np.full(none, FIRST_STEP_M / finer), np.zeros(none), -np.inf, price[:none].astype(np.float64)
    asked = [np.ascontiguousarray(accounts[..., slot], np.int32) for slot in range(3) if (accounts[..., slot] < none).any()]
    for blur in np.geomspace(FIRST_BLUR_M / finer, LAST_BLUR_M / finer, rounds):
        priced = way + price[asked[0]]
        for one in asked[1:]:
            priced += price[one]
        least = np.minimum(priced.min(axis=1), np.float32(problem.penalty_m))
        value = float(mass @ least) - float(price[:none].astype(np.float64) @ room)
        if value > best:
            best, found = value, price[:none].astype(np.float64)
        priced -= least[:, None]
        priced *= np.float32(-1 / blur)
        parts = np.exp(priced, out=priced)
        stays = np.exp((least - np.float32(problem.penalty_m)) / np.float32(blur))
        parts *= (mass / (parts.sum(axis=1) + stays)).astype(np.float32)[:, None]
        used = sum(np.bincount(one.ravel(), weights=parts.ravel(), minlength=none + 1)[:none] for one in asked)
        way_up = np.sign(used - room)
        step = np.clip(np.where(way_up * before > 0, step * 1.2, np.where(way_up * before < 0, step * 0.5, step)),
                       LEAST_STEP_M, LARGEST_STEP_M)
        before = way_up
        price[:none] = np.maximum(price[:none] + step * way_up, 0)
    return found


@dataclass(frozen=True, slots=True)
class Priced:
    """At given prices: pairs (n, K) of each load as columns of its (C, R) table, the cheapest (n,), and what that costs in
    metres (n,). Among the pairs are the cheapest, each base with its best plant and each plant with its best base, so that
    a load knows everybody who might have room for it."""

    pairs: Ints
    cheapest: Ints
    least: Floats


def at_prices(problem: Problem, ways: NDArray[np.int32], prices: Floats, *, number: int) -> Priced:
    """Every pair's way plus the prices of its accounts, a slice of loads at a time: tables of all at once would be large."""
    price = np.append(prices, 0).astype(np.float32)
    n, bases, plants = ways.shape
    number = min(number, bases * plants)
    full = number + bases + plants >= bases * plants
    wide = bases * plants if full else number + bases + plants
    pairs, cheapest, least = np.empty((n, wide), np.int32), np.empty(n, np.int64), np.empty(n)
    for start in range(0, n, SLICE):
        now = slice(start, start + SLICE)
        mine = problem.collector_account[problem.collector[now]]
        quota, month = np.moveaxis(problem.recycler_accounts[problem.recycler[now]], -1, 0)
        priced = ways[now] + price[mine][:, :, None]
        priced += (price[quota] + price[month])[:, None, :]  # a plant without a limit reads the 0 at the end
        if np.intersect1d(mine, quota).size:  # who collects and recycles pays once
            priced -= np.where(quota[:, None, :] == mine[:, :, None], price[mine][:, :, None], np.float32(0))
        flat = priced.reshape(len(priced), -1)
        cheapest[now], least[now] = flat.argmin(axis=1), flat.min(axis=1)
        pairs[now] = np.arange(wide) if full else np.concatenate([
            np.argpartition(flat, number - 1, axis=1)[:, :number], priced.argmin(axis=2) + np.arange(bases) * plants,
            priced.argmin(axis=1) * plants + np.arange(plants)], axis=1)
    return Priced(pairs, cheapest, least)


def bound_tkm(problem: Problem, prices: Floats, least: Floats) -> float:
    """What no plan can cost less than, whether or not loads may be split; the return leg counts in full.

    `least`: of each load at these prices, as `at_prices` tells.

    Proof, for any prices >= 0. Take a plan that splits loads at will: the share x(p) of a load's mass goes by the pair p, the
    rest is left behind. It keeps to every account, so adding (used - room) x price, which is never positive, over all accounts
    does not make it dearer: its cost is at least sum of mass x (sum of x(p) (way(p) + prices of p's accounts) + rest x
    penalty) - sum of room x price. A weighted mean is no less than its least member, so each load counts at least
    mass x min(penalty, least priced way), which is what is added up here. The best prices give the split optimum itself,
    by the duality of linear programming.
    """
    # 32-bit floats are off by at most 2^-24 of the number at each of a few additions
    least = np.where(least < NO_WAY / 2, least * (1 - 2**-21), NO_WAY)
    mass, room = problem.mass_g.astype(np.float64), problem.room_g.astype(np.float64)
    return float(mass @ np.minimum(least, problem.penalty_m) - prices.astype(np.float32).astype(np.float64) @ room) / TONNE_KM
