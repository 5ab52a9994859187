"""Verdicts and ranking: pure functions of plain numbers, the same for the same numbers.

A contract's *score* is what asking it is expected to cost, in kilometres: what is driven empty (base to site, between
trips, plant to base) and loaded (site to plant), more for one that seldom accepts, less for one that has had far less
than its quota was meant to give it. The plant is chosen with the collector, because the way home depends on both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from collection.contracts.offering import Reach, Weights
from geo.distance.geodesic import great_circle

#: The order in which verdicts are read out.
RULES = ("kind", "state", "validity", "category", "region", "radius", "quota", "cap", "vehicle", "working_day", "not_own",
         "not_asked_before")
PLANT_RULES = ("kind", "state", "validity", "category", "region", "quota", "capacity", "working_day")
#: A contract without an end is taken to spread its quota over so many days.
OPEN_ENDED_DAYS = 365
#: How many of its latest answers a contract is judged by.
HISTORY = 30


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contract that may take the pickup, or a plant it may go to.

    `distance_m`: from its base (or plant) to the pickup, geodesic; `point`: of that place, (longitude, latitude).
    `payload_g`: of the contractor's largest vehicle. `elapsed`: the share of its validity that is over on the day.

    `price_m`: what room of its quota is worth to loads to come.
    Answers are the latest ones: `accepted`, `refused` (declined, or let lapse) and `withdrawn` (given back).
    """

    contract_id: UUID
    organisation_id: UUID
    distance_m: int
    facility_id: UUID | None = None
    point: tuple[float, float] = (0.0, 0.0)
    payload_g: int = 0
    quota_g: int = 0
    used_g: int = 0
    elapsed: float = 0.0
    accepted: int = 0
    refused: int = 0
    withdrawn: int = 0
    price_m: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """What a pickup asks of a contract. `regions`: those besides its own that this wave may reach into."""

    category: str
    region: str
    mass_g: int
    day: date
    holiday: bool = False
    max_trips: int = 10
    reach: Reach = field(default_factory=Reach)
    neighbours: tuple[str, ...] = ()

    @property
    def weekday(self) -> int:
        """ISO (Monday is 1), or 0: a day on which nobody works."""
        return 0 if self.holiday else self.day.isoweekday()

    @property
    def least_payload_g(self) -> int:
        """The smallest vehicle that carries the load in the trips allowed."""
        return -(-self.mass_g // self.max_trips)


@dataclass(frozen=True, slots=True)
class Pair:
    """A collector with the plant that goes with it, and what asking it is expected to cost."""

    collector: Candidate
    plant: Candidate
    trips: int
    empty_m: int
    loaded_m: int
    acceptance: float  # 0 to 1
    shortfall: float  # 0: it has its fair share; 1: it has had nothing
    scarce_m: int  # what the room it takes is worth to loads to come
    score_m: int

    @property
    def way_m(self) -> int:
        """What is driven, empty and loaded."""
        return self.empty_m + self.loaded_m


def verdicts(contract: Mapping[str, Any], need: Need) -> dict[str, bool]:
    """Every rule's yes or no for one contract, from its numbers; eligible means all of them are yes.

    A contract without the category fails that rule alone: it has no quota to exceed.
    """
    cap_tiyn, radius_m = contract["cap_tiyn"], need.reach.radius_m
    return {
        "kind": contract["kind"] in ("collection", "full_cycle"),
        **_in_force(contract, need),
        "region": contract["serves_region"] or (need.reach.neighbours and contract["serves_neighbour"]),
        "radius": radius_m is None or contract["distance_m"] <= radius_m,
        "quota": _has_room(contract["quota_g"], contract["quota_used_g"], need),
        "cap": cap_tiyn is None or contract["cap_used_tiyn"] < cap_tiyn,
        "vehicle": contract["payload_g"] >= need.least_payload_g,
        "working_day": need.weekday in contract["working_days"],
        "not_own": not contract["own"],
        "not_asked_before": not contract["asked"],
    }


def plant_verdicts(contract: Mapping[str, Any], need: Need) -> dict[str, bool]:
    """The same for a plant; one without a licensed ceiling has room in every month."""
    return {
        "kind": contract["kind"] in ("recycling", "full_cycle"),
        **_in_force(contract, need),
        "region": contract["serves_region"],
        "quota": _has_room(contract["quota_g"], contract["quota_used_g"], need),
        "capacity": _has_room(contract["capacity_g"], contract["capacity_used_g"], need),
        "working_day": need.weekday in contract["working_days"],
    }


def _in_force(contract: Mapping[str, Any], need: Need) -> dict[str, bool]:
    return {
        "state": contract["state"] == "active" and not contract["suspended"],
        "validity": contract["valid_from"] <= need.day < contract["valid_until"],
        "category": contract["quota_g"] is not None,
    }


def _has_room(limit_g: int | None, used_g: int, need: Need) -> bool:
    return limit_g is None or limit_g - used_g >= need.mass_g


def trips_of(mass_g: int, payload_g: int) -> int | None:
    """How often a vehicle must go; None for one that carries nothing."""
    return -(-mass_g // payload_g) if payload_g > 0 else None


def elapsed_share(valid_from: date, valid_until: date | None, day: date) -> float:
    """How much of [valid_from, valid_until) is over on `day`, 0 to 1; without an end, of its first OPEN_ENDED_DAYS."""
    whole = (valid_until - valid_from).days if valid_until else OPEN_ENDED_DAYS
    return min(1.0, max(0.0, (day - valid_from).days / whole)) if whole > 0 else 1.0


def acceptance(one: Candidate, weights: Weights) -> float:
    """Accepted over answered, smoothed by the prior; a job given back counts as `withdrawal` refusals."""
    accepted = weights.prior_share * weights.prior_answers + one.accepted
    return accepted / (weights.prior_answers + one.accepted + one.refused + weights.withdrawal * one.withdrawn)


def shortfall(one: Candidate, weights: Weights) -> float:
    """How far below its fair share a contract is: 0 at the floor or above, 1 with nothing used.

    The floor is `fair_share` of what the quota was meant to give it by now, spread evenly over its validity.
    """
    floor_g = weights.fair_share * one.quota_g * one.elapsed
    return max(0.0, 1 - max(0, one.used_g) / floor_g) if floor_g > 0 else 0.0


def pair_of(collector: Candidate, plant: Candidate, mass_g: int, weights: Weights) -> Pair | None:
    """What it costs to send this collector and bring the load to this plant; None if it has no vehicle to send."""
    return best_pair(collector, [plant], mass_g, weights)


def best_pair(collector: Candidate, plants: Sequence[Candidate], mass_g: int, weights: Weights) -> Pair | None:
    """The collector with its own plant, if it has one that may take the load (a full cycle keeps it), else the cheapest.

    None if there is no plant, or no vehicle to send.
    """
    trips = trips_of(mass_g, collector.payload_g)
    if trips is None:
        return None
    accepts, lacks = acceptance(collector, weights), shortfall(collector, weights)
    by_itself_m = 1000 * (weights.refusal_km * (1 - accepts) - weights.fair_km * lacks)

    def with_plant(plant: Candidate) -> Pair:
        home_m = great_circle(plant.point, collector.point)
        empty_m, loaded_m = collector.distance_m + (trips - 1) * plant.distance_m + home_m, trips * plant.distance_m
        # a contract that recycles what it collects pays once from its quota
        scarce_m = collector.price_m + (plant.price_m if plant.contract_id != collector.contract_id else 0)
        score_m = (weights.empty * (empty_m + (weights.home - 1) * home_m) + weights.loaded * loaded_m
                   + weights.scarcity * scarce_m + by_itself_m)
        return Pair(collector, plant, trips, round(empty_m), round(loaded_m), accepts, lacks, scarce_m, round(score_m))

    own = [plant for plant in plants if plant.contract_id == collector.contract_id]
    return min(map(with_plant, own or plants), default=None,
               key=lambda pair: (pair.score_m, pair.plant.distance_m, pair.plant.contract_id))


def rank(collectors: Sequence[Candidate], plants: Sequence[Candidate], *, mass_g: int,
         weights: Weights | None = None) -> list[Pair]:
    """Every collector with its plant, whom to ask first at the front. Equal scores go by distance, then by id."""
    found = [pair for one in collectors if (pair := best_pair(one, plants, mass_g, weights or Weights()))]
    return sorted(found, key=lambda pair: (pair.score_m, pair.collector.distance_m, pair.collector.contract_id))


def wave_of(ranked: Sequence[Pair], size: int, weights: Weights) -> list[Pair]:
    """Whom to ask at once: the first, and those after it whose way is not much longer."""
    return [pair for pair in ranked[:size] if pair.way_m - ranked[0].way_m <= 1000 * weights.spread_km]
