"""A contractor's day: loads and lorries in, who drives where and when out. Pure: seconds of the day, metres, grams.

The planner (geo.routing) finds the order; the times of every halt are computed here from that order, so what a driver
reads never depends on how an engine rounds. A lorry leaves as late as the first gate allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Load:
    """A job. Places are rows of the matrices; windows are seconds of the day in which work may begin.

    `truck` is the only one that may take it, where a person said so or the load is `aboard` already. `optional`:
    another day will do, so it is fetched only for a short detour.
    """

    job_id: UUID
    gate: int
    drop: int
    mass_g: int
    from_s: int
    to_s: int
    drop_from_s: int
    drop_to_s: int
    optional: bool = False
    truck: UUID | None = None
    aboard: bool = False


@dataclass(frozen=True, slots=True)
class Truck:
    """A vehicle with its driver's shift; `start` is its base, or where it stands now."""

    vehicle_id: UUID
    payload_g: int
    start: int
    end: int
    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True)
class Service:
    """How long a halt takes in seconds, and what part of its own way an optional load is worth, in percent."""

    load_s: int
    unload_s: int
    later_percent: int


@dataclass(frozen=True, slots=True)
class Day:
    """`metres[a][b]` and `seconds[a][b]` lead from place a to place b."""

    loads: tuple[Load, ...]
    trucks: tuple[Truck, ...]
    metres: Ints
    seconds: Ints
    service: Service


@dataclass(frozen=True, slots=True)
class Call:
    """A halt as ordered: `load` is taken (pickup) or unloaded (delivery) at `place`."""

    kind: str
    load: Load

    @property
    def place(self) -> int:
        return self.load.gate if self.kind == "pickup" else self.load.drop

    @property
    def opens_s(self) -> int:
        return self.load.from_s if self.kind == "pickup" else self.load.drop_from_s


@dataclass(frozen=True, slots=True)
class Halt:
    """A halt with its times (seconds of the day) and the mass aboard afterwards."""

    call: Call
    arrives_s: int
    begins_s: int
    departs_s: int
    aboard_g: int
    metres: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Trip:
    """One truck's halts; it leaves at `starts_s` and is back at `ends_s`."""

    truck: Truck
    halts: tuple[Halt, ...]
    starts_s: int
    ends_s: int
    home_m: int
    home_s: int

    @property
    def metres(self) -> int:
        return sum(halt.metres for halt in self.halts) + self.home_m

    @property
    def driving_s(self) -> int:
        return sum(halt.seconds for halt in self.halts) + self.home_s


def timed(day: Day, truck: Truck, calls: Sequence[Call]) -> Trip:
    """The times of a truck's halts in this order, each as early as its window allows; nothing is refused here."""
    aboard = sum(load.mass_g for load in day.loads if load.aboard and load.truck == truck.vehicle_id)
    clock, place, halts = truck.from_s, truck.start, []
    if calls:  # waiting is done at the base, not at the gate
        clock = max(clock, calls[0].opens_s - int(day.seconds[place, calls[0].place]))
    starts = clock
    for call in calls:
        metres, seconds = int(day.metres[place, call.place]), int(day.seconds[place, call.place])
        arrives = clock + seconds
        begins = max(arrives, call.opens_s)
        loads = call.kind == "pickup"
        aboard += call.load.mass_g if loads else -call.load.mass_g
        clock = begins + (day.service.load_s if loads else day.service.unload_s)
        halts.append(Halt(call, arrives, begins, clock, aboard, metres, seconds))
        place = call.place
    home_s = int(day.seconds[place, truck.end]) if halts else 0
    home_m = int(day.metres[place, truck.end]) if halts else 0
    return Trip(truck, tuple(halts), starts, clock + home_s, home_m, home_s)


def why_not(day: Day, load: Load) -> str | None:
    """Why no truck could take this load even if it had nothing else to do; None: one could."""
    trucks = [one for one in day.trucks if load.truck in (None, one.vehicle_id)]
    if not trucks:
        return "vehicle_down"
    trucks = [one for one in trucks if one.from_s <= one.to_s]
    if not trucks:
        return "no_time"  # their shifts are over
    if load.aboard:
        return None
    if all(load.mass_g > one.payload_g for one in trucks):
        return "over_payload"
    trucks = [one for one in trucks if load.mass_g <= one.payload_g]
    if load.to_s < min(one.from_s for one in trucks):
        return "window_past"
    if load.from_s > load.to_s or load.from_s > max(one.to_s for one in trucks):
        return "window_outside_shift"
    if load.drop_from_s > load.drop_to_s:
        return "plant_closed"
    trips = [timed(day, one, alone(load)) for one in trucks]
    if all(trip.halts[0].begins_s > load.to_s for trip in trips):
        return "too_far"
    fits = [trip for trip in trips if trip.halts[0].begins_s <= load.to_s]
    if all(trip.halts[1].begins_s > load.drop_to_s for trip in fits):
        return "plant_closed"
    return "too_far" if all(trip.ends_s > trip.truck.to_s for trip in fits) else None


def alone(load: Load) -> list[Call]:
    """Fetched and brought away with nothing in between."""
    return [*([] if load.aboard else [Call("pickup", load)]), Call("delivery", load)]


def left_over(day: Day, served: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """Every load that is on no trip, with its reason."""
    gone = set(served)
    return [(load.job_id, why_not(day, load) or ("another_day" if load.optional else "no_time"))
            for load in day.loads if load.job_id not in gone]
