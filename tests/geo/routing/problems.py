"""Small random days, and the best of them by looking at every possibility."""

from __future__ import annotations

import itertools
import random

import numpy as np

from geo.routing.base import NEVER, Problem, Shipment, Stop, Vehicle

HOUR = 3_600


def random_problem(seed: int, *, most: int = 12) -> Problem:
    """A day with some of everything: shipments, windows, reloads, two dimensions, prizes, long ways and short shifts."""
    dice = random.Random(seed)
    places = dice.randint(2, 10)
    spots = [(dice.randint(0, 20_000), dice.randint(0, 20_000)) for _ in range(places)]
    metres = [[int(np.hypot(a - c, b - d)) for c, d in spots] for a, b in spots]
    if dice.random() < 0.3:  # one-way streets
        metres = [[one + dice.randint(0, 2_000) * (one > 0) for one in row] for row in metres]
    speed = dice.choice([5, 10, 15])
    seconds = [[one // speed for one in row] for row in metres]
    dimensions = dice.choice([0, 1, 1, 2])

    def stop(prize: bool, load: tuple[int, ...]) -> Stop:
        window = (0, NEVER)
        if dice.random() < 0.5:
            opens = dice.randint(0, 10 * HOUR)
            window = (opens, opens + dice.randint(0, 4 * HOUR))
        return Stop(dice.randrange(places), load, window, dice.randint(0, 900),
                    dice.randint(0, 30_000) if prize else None)

    def load() -> tuple[int, ...]:
        return tuple(dice.randint(0, 12) for _ in range(dimensions))

    stops = tuple(stop(dice.random() < 0.3, load()) for _ in range(dice.randint(0, most)))
    shipments = []
    for _ in range(dice.choice([0, 0, 1, 3, 5])):
        amount = load()
        shipments.append(Shipment(stop(dice.random() < 0.3, amount), stop(False, dice.choice([(), amount]))))
    vehicles = []
    for _ in range(dice.randint(0, 3)):
        opens = dice.randint(0, 8 * HOUR)
        vehicle = Vehicle(
            dice.randrange(places), tuple(dice.randint(5, 40) for _ in range(dimensions)),
            (opens, opens + dice.randint(1, 12) * HOUR), dice.choice([None, dice.randrange(places)]),
            dice.choice([None, dice.randint(10_000, 120_000)]), dice.choice([None, dice.randint(HOUR, 9 * HOUR)]),
            tuple(dice.sample(range(places), dice.randint(0, min(2, places)))), dice.randint(0, 600),
            dice.choice([0, 500]), dice.choice([1_000, 777, 0]), dice.choice([0, 0, 1_800]))
        vehicles += [vehicle] * dice.choice([1, 1, 2])
    return Problem(metres, seconds, stops, tuple(shipments), tuple(vehicles))


def tiny_problem(seed: int) -> Problem:
    """At most seven visits, one or two vehicles that are paid by the kilometre, no reloads, no prizes."""
    dice = random.Random(seed)
    pairs = dice.randint(0, 2)
    alone = dice.randint(1, 6 - 2 * pairs)
    spots = [(dice.randint(0, 9_000), dice.randint(0, 9_000)) for _ in range(1 + alone + 2 * pairs)]
    metres = [[int(np.hypot(a - c, b - d)) for c, d in spots] for a, b in spots]
    seconds = [[one // 10 for one in row] for row in metres]

    def stop(place: int, load: int) -> Stop:
        opens = dice.randint(0, HOUR)
        window = (opens, opens + dice.randint(HOUR, 3 * HOUR)) if dice.random() < 0.4 else (0, NEVER)
        return Stop(place, (load,), window, 60)

    stops = tuple(stop(1 + one, dice.randint(1, 9)) for one in range(alone))
    shipments = []
    for one in range(pairs):
        place, load = 1 + alone + 2 * one, dice.randint(1, 9)
        shipments.append(Shipment(stop(place, load), stop(place + 1, load)))
    vehicle = Vehicle(0, (dice.randint(12, 30),), (0, 8 * HOUR), fixed_cost=dice.choice([0, 3_000]))
    return Problem(metres, seconds, stops, tuple(shipments), (vehicle,) * dice.randint(1, 2))


def best_cost(problem: Problem) -> int | None:
    """The least cost of a tiny problem over every split and every order; None if not everything can be served."""
    jobs = [(stop, stop.load[0], None) for stop in problem.stops]
    jobs += [(one.pickup, one.pickup.load[0], None) for one in problem.shipments]
    jobs += [(one.delivery, -one.pickup.load[0], len(problem.stops) + at) for at, one in enumerate(problem.shipments)]
    least: dict[frozenset[int], int] = {frozenset(): 0}
    for size in range(1, len(jobs) + 1):
        for order in itertools.permutations(range(len(jobs)), size):
            if (cost := drive(problem, [jobs[one] for one in order], order)) is not None:
                key = frozenset(order)
                least[key] = min(cost, least.get(key, cost))
    everything = frozenset(range(len(jobs)))
    if len(problem.vehicles) == 1:
        return least.get(everything)
    return min((cost + least[everything - part] for part, cost in least.items() if everything - part in least),
               default=None)


def drive(problem: Problem, jobs: list[tuple[Stop, int, int | None]], order: tuple[int, ...]) -> int | None:
    vehicle = problem.vehicles[0]
    here, clock, load, metres, done = 0, vehicle.shift[0], 0, 0, set[int]()
    for name, (stop, amount, after) in zip(order, jobs, strict=True):
        if after is not None and after not in done:
            return None
        clock = max(clock + problem.seconds[here][stop.place], stop.window[0])
        load += amount
        if clock > stop.window[1] or load > vehicle.capacity[0]:
            return None
        metres += problem.metres[here][stop.place]
        here, clock = stop.place, clock + stop.service_s
        done.add(name)
    pickups = range(len(problem.stops), len(problem.stops) + len(problem.shipments))
    if any((one in done) != (one + len(problem.shipments) in done) for one in pickups):
        return None
    if clock + problem.seconds[here][0] > vehicle.shift[1]:
        return None
    return vehicle.fixed_cost + metres + problem.metres[here][0]
