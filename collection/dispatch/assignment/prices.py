"""What a gram of each account is worth: the prices that bound every plan from below and show where room is scarce."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .problem import NO_WAY, TONNE_KM, Floats, Ints, Problem

#: A price goes up while its account is asked for more than it holds, and down otherwise; its step grows while it keeps
#: its direction and halves when it turns (Riedmiller and Braun's rule).
FIRST_STEP_M, LEAST_STEP_M, LARGEST_STEP_M = 20_000.0, 10.0, 200_000.0
#: Loads divide themselves among pairs of nearly the same cost, so that they do not all run to the cheapest of equal ones:
#: a pair dearer by so much gets e times less, at the first round and at the last.
FIRST_BLUR_M, LAST_BLUR_M = 20_000.0, 500.0


def ascend(problem: Problem, way: NDArray[np.int32], accounts: Ints, *, rounds: int) -> Floats:
    """Prices in metres (a,) under which few accounts are asked for more than they hold.

    `way` (n, K) and `accounts` (n, K, 3) are the pairs to choose from. The best round's prices, by the bound they give.
    """
    none = len(problem.room_g)
    mass, room = problem.mass_g.astype(np.float64), problem.room_g.astype(np.float64)
    price = np.zeros(none + 1, np.float32)
    step, before, best, found = np.full(none, FIRST_STEP_M), np.zeros(none), -np.inf, np.zeros(none)
    asked = np.ascontiguousarray(accounts.astype(np.int32).transpose(2, 0, 1))
    for blur in np.geomspace(FIRST_BLUR_M, LAST_BLUR_M, rounds):
        priced = way + price[asked[0]] + price[asked[1]] + price[asked[2]]
        least = np.minimum(priced.min(axis=1), np.float32(problem.penalty_m))
        value = float(mass @ least) - float(price[:none].astype(np.float64) @ room)
        if value > best:
            best, found = value, price[:none].astype(np.float64)
        parts = np.exp((least[:, None] - priced) / np.float32(blur))
        stays = np.exp((least - np.float32(problem.penalty_m)) / np.float32(blur))
        parts *= (mass / (parts.sum(axis=1) + stays)).astype(np.float32)[:, None]
        used = sum(np.bincount(one.ravel(), weights=parts.ravel(), minlength=none + 1)[:none] for one in asked)
        way_up = np.sign(used - room)
        step = np.clip(np.where(way_up * before > 0, step * 1.2, np.where(way_up * before < 0, step * 0.5, step)),
                       LEAST_STEP_M, LARGEST_STEP_M)
        before = way_up
        price[:none] = np.maximum(price[:none] + step * way_up, 0)
    return found


def priced_ways(problem: Problem, ways: NDArray[np.int32], prices: Floats) -> NDArray[np.float32]:
    """(n, C, R) each pair's way and the prices of its accounts, in metres."""
    price = np.append(prices, 0).astype(np.float32)
    mine = problem.collector_account[problem.collector]
    quota, month = np.moveaxis(problem.recycler_accounts[problem.recycler], -1, 0)
    theirs = price[quota] + price[month]  # a plant without a limit reads the 0 at the end
    once = np.where(quota[:, None, :] == mine[:, :, None], price[mine][:, :, None], np.float32(0))
    return ways + price[mine][:, :, None] + theirs[:, None, :] - once


def bound_tkm(problem: Problem, ways: NDArray[np.int32], prices: Floats) -> float:
    """What no plan can cost less than, whether or not loads may be split; the return leg counts in full.

    Proof, for any prices >= 0. Take a plan that splits loads at will: the share x(p) of a load's mass goes by the pair p, the
    rest is left behind. It keeps to every account, so adding (used - room) x price, which is never positive, over all accounts
    does not make it dearer: its cost is at least sum of mass x (sum of x(p) (way(p) + prices of p's accounts) + rest x
    penalty) - sum of room x price. A weighted mean is no less than its least member, so each load counts at least
    mass x min(penalty, least priced way), which is what is added up here. The best prices give the split optimum itself,
    by the duality of linear programming.
    """
    least = priced_ways(problem, ways, prices).reshape(len(ways), -1).min(axis=1).astype(np.float64)
    # 32-bit floats are off by at most 2^-23 of the number; three were added
    least = np.where(least < NO_WAY, least * (1 - 2**-21), NO_WAY)
    mass, room = problem.mass_g.astype(np.float64), problem.room_g.astype(np.float64)
    return (float(mass @ np.minimum(least, problem.penalty_m)) - float(prices.astype(np.float32).astype(float) @ room)) / TONNE_KM
