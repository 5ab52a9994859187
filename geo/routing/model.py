"""Our plain values as PyVRP's. What knows PyVRP: this module, `answer` (the way back), `memory` and `search`."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import lcm

import pyvrp

from .base import NEVER, Problem, Stop, Vehicle
from .refusals import WrongNumber
from .sound import Ints, halves

#: PyVRP counts in 64 bits; a whole plan's cost stays below this.
MOST_COST = 1 << 58


class Model:
    """A problem without what is `hopeless`, ready for PyVRP.

    `stops` and `shipments` are the indices kept, in PyVRP's order. `unit` is how many of PyVRP's cost units make one of
    ours: metres and seconds cost whole numbers there.
    """

    def __init__(self, problem: Problem, metres: Ints, seconds: Ints, *, dimensions: int, stops: tuple[int, ...],
                 shipments: tuple[int, ...]) -> None:
        self.problem, self.metres, self.seconds, self.dimensions = problem, metres, seconds, dimensions
        self.stops, self.shipments = stops, shipments
        self.unit = lcm(*(Fraction(cost, per).denominator for one in problem.vehicles
                          for cost, per in ((one.per_km, 1_000), (one.per_hour, 3_600))))
        kinds: dict[Vehicle, list[int]] = {}
        for index, vehicle in enumerate(problem.vehicles):
            kinds.setdefault(replace(vehicle, key=""), []).append(index)
        self.kinds = kinds
        self.refuse_overflow()
        self.depots = list(dict.fromkeys(depot for kind in kinds for depot in depots_of(kind)))
        self.data = self.build(ransom=None)

    def refuse_overflow(self) -> None:
        """Raise WrongNumber where a plan's cost could pass 64 bits, the ransoms of everything included."""
        legs = 40 * (len(self.stops) + 2 * len(self.shipments) + 1)
        far, long = int(self.metres.max()), int(self.seconds.max()) + 7 * 86_400
        for kind, (index, *others) in self.kinds.items():
            for name, worth in (("per_km", kind.per_km * far * legs // 1_000), ("per_hour", kind.per_hour * long * legs // 3_600),
                                ("fixed_cost", kind.fixed_cost * (10 * legs + len(others)))):
                if worth * self.unit > MOST_COST:
                    raise WrongNumber(what="vehicle", index=index, name=name, value=getattr(kind, name))
        prizes = [stop.prize or 0 for _, _, stop in halves(self.problem)]
        if sum(prizes) * self.unit > MOST_COST:
            raise WrongNumber(what="stop", index=prizes.index(max(prizes)), name="prize", value=max(prizes))

    def build(self, *, ransom: int | None) -> pyvrp.ProblemData:
        """The data; with a `ransom` whatever must be served may be left out too, at that price."""
        at = {depot: number for number, depot in enumerate(self.depots)}
        return pyvrp.ProblemData(
            locations=[pyvrp.Location(0, 0)] * len(self.metres),
            clients=[self.client(self.problem.stops[index], ransom) for index in self.stops],
            depots=[pyvrp.Depot(place, service_duration=service) for place, service in self.depots],
            vehicle_types=[self.vehicle_type(kind, len(members), at) for kind, members in self.kinds.items()],
            distance_matrices=[self.metres], duration_matrices=[self.seconds],  # type: ignore[list-item]  # its stub
            shipments=[self.shipment(index, ransom) for index in self.shipments])

    def amounts(self, load: tuple[int, ...]) -> list[int]:
        return list(load) or [0] * self.dimensions

    def price(self, stop: Stop, ransom: int | None) -> tuple[int, bool]:
        """PyVRP's (prize, required)."""
        if stop.prize is not None:
            return stop.prize * self.unit, False
        return ransom or 0, ransom is None

    def client(self, stop: Stop, ransom: int | None) -> pyvrp.Client:
        prize, required = self.price(stop, ransom)
        return pyvrp.Client(
            stop.place, pickup=self.amounts(stop.load), service_duration=stop.service_s, tw_early=stop.window[0],
            tw_late=stop.window[1], prize=prize, required=required)

    def shipment(self, index: int, ransom: int | None) -> pyvrp.Shipment:
        one, other = self.problem.shipments[index].pickup, self.problem.shipments[index].delivery
        prize, required = self.price(one, ransom)
        return pyvrp.Shipment(
            one.place, other.place, one.window[0], one.window[1], one.service_s, other.window[0], other.window[1],
            other.service_s, self.amounts(one.load), prize, required)

    def vehicle_type(self, kind: Vehicle, members: int, at: dict[tuple[int, int], int]) -> pyvrp.VehicleType:
        start, end, *reloads = (at[depot] for depot in depots_of(kind))
        return pyvrp.VehicleType(
            members, list(kind.capacity), start, end, kind.fixed_cost * self.unit, kind.shift[0], kind.shift[1],
            shift_duration=NEVER if kind.max_seconds is None else kind.max_seconds,
            max_distance=NEVER if kind.max_metres is None else kind.max_metres,
            unit_distance_cost=kind.per_km * self.unit // 1_000, unit_duration_cost=kind.per_hour * self.unit // 3_600,
            reload_depots=reloads)

    def ransom(self) -> int:
        """More than serving any one stop can cost: a round trip of the dearest vehicle, ten times."""
        far, long = int(self.metres.max()), int(self.seconds.max())
        longest = max((stop.service_s for stop in self.problem.stops), default=0)
        return 1 + 10 * max(
            (kind.fixed_cost + Fraction(kind.per_km * 4 * far, 1_000) + Fraction(kind.per_hour * (4 * long + longest), 3_600))
            * self.unit for kind in self.kinds).__ceil__()



def depots_of(kind: Vehicle) -> list[tuple[int, int]]:
    """(place, seconds spent there) of the start, the end and every reload."""
    assert kind.start is not None
    end = kind.start if kind.end is None else kind.end
    return [(kind.start, 0), (end, 0), *((place, kind.reload_s) for place in dict.fromkeys(kind.reload_at))]
