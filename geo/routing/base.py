"""A day of vehicles as plain values: what the planner is asked and what it answers.

Whole numbers only: metres, seconds since the day's midnight, load units per dimension (grams, litres, pieces: the
caller's). A place is a row of the two matrices. Money is the caller's smallest unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

#: `grid[i][j]` leads from place i to place j; square, not negative. A list of lists or an integer array.
Grid = Sequence[Sequence[int]] | npt.NDArray[np.int64]

DAY = 86_400
#: The end of a window or shift that never closes.
NEVER = 1 << 40
#: A problem above this is refused: the matrices of 10,000 places alone are 1.6 GB.
MOST_STOPS = 3_000


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit. `load` comes aboard (one number per dimension) and leaves at a reload or at the route's end.

    `window` is the earliest and latest start of the service. `prize` is the money lost when the stop is left out; None
    means that it must be served. `key` names the stop across days: a warm start finds it again by it.
    """

    place: int
    load: tuple[int, ...] = ()
    window: tuple[int, int] = (0, NEVER)
    service_s: int = 0
    prize: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Shipment:
    """Taken aboard at `pickup` and brought to `delivery` later by the same vehicle, with no reload in between.

    The load, the prize and the key are the pickup's; the delivery's load is empty or the same.
    """

    pickup: Stop
    delivery: Stop


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle with its driver for one day.

    `start` and `end` are places (no `end`: back to the start). `shift` is when it may move, `max_seconds` how long at
    most from leaving to returning. At each place of `reload_at` it may put down what the stops gave it and go on;
    that takes `reload_s`. Money: `fixed_cost` once if it moves at all, `per_km`, `per_hour` from leaving to returning.
    """

    start: int | None
    capacity: tuple[int, ...] = ()
    shift: tuple[int, int] = (0, NEVER)
    end: int | None = None
    max_metres: int | None = None
    max_seconds: int | None = None
    reload_at: tuple[int, ...] = ()
    reload_s: int = 0
    fixed_cost: int = 0
    per_km: int = 1_000
    per_hour: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything one plan depends on. Stops and shipments without a prize must be served."""

    metres: Grid
    seconds: Grid
    stops: tuple[Stop, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()


class Act(StrEnum):
    """What a vehicle does at a visit."""

    STOP = "stop"  # a plain stop
    PICKUP = "pickup"  # the first half of a shipment
    DELIVERY = "delivery"
    RELOAD = "reload"


@dataclass(frozen=True, slots=True)
class Visit:
    """One entry of a route. `index` counts in `Problem.stops` or `Problem.shipments`; None at a reload."""

    act: Act
    place: int
    arrival: int  # the vehicle waits here until `begin`
    begin: int
    departure: int
    load: tuple[int, ...]  # aboard after the visit
    metres: int  # driven since the start
    index: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One vehicle's day: it leaves `Vehicle.start` at `leaves`, and is at its end at `returns`."""

    vehicle: int  # counts in `Problem.vehicles`
    visits: tuple[Visit, ...]
    leaves: int
    returns: int
    metres: int
    seconds: int  # returns - leaves: driving, serving and waiting
    key: str = ""  # the vehicle's


class Reason(StrEnum):
    """Why something is in nobody's route."""

    TOO_LARGE = "too_large"  # no vehicle can take it even when empty
    OUT_OF_TIME = "out_of_time"  # no vehicle can serve it inside its window, shift and length even alone
    NO_VEHICLE = "no_vehicle"  # there is no vehicle at all
    NO_ROOM = "no_room"  # the vehicles are full with the others
    NOT_WORTH_IT = "not_worth_it"  # the way to it costs more than its prize


@dataclass(frozen=True, slots=True)
class Unserved:
    """A stop (or, with `shipment`, a shipment) left out."""

    index: int
    reason: Reason
    shipment: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`cost` is the money of the routes, `forgone` the prizes of what was left out: the planner lowers their sum.

    `feasible`: everything without a prize is served. The routes themselves keep every rule in any case.
    """

    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]
    cost: int
    forgone: int
    feasible: bool
    cpu_seconds: float
