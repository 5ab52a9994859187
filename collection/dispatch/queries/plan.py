"""The optimiser's plan for a programme, as the changes it would make."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

import numpy as np

from ..assignment import NO_WAY, PENALTY_M, Ints, Plan, Problem, assign, plan_of, split_bound
from ..matching import trips_of
from ..rerouting import Account, Change, month_rooms, quota_rooms
from .scarcity import prices
from .work import Option, Work, held_by, options, ways_home, work

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Planned:
    """What would change, and what room is worth to loads to come (`scarcity.prices`).

    Costs in tonne-kilometres, with the penalty for loads that nobody would take.
    """

    loads: int
    changes: tuple[Change, ...]
    cost_before_tkm: float
    cost_after_tkm: float
    bound_tkm: float
    prices: dict[tuple[UUID, str], int]
    penalty_m: int = PENALTY_M


def planned(programme_id: UUID) -> Planned:
    """Plan every load that may still be planned, category by category. Eight statements, no locks.

    The plan pays for scarce room as the ranking of offers does; the costs it tells are those of the ways alone.
    """
    found = work(programme_id)
    tolls = prices(programme_id, freed=held_by(found))
    collectors, plants = options(found)
    freed = held_by(found)
    rooms = quota_rooms(sorted({one.contract_id for one in (*collectors, *plants)}), freed=freed)
    rooms |= month_rooms(sorted({one.facility_id for one in plants if one.facility_id}),
                         sorted({one.month for one in found}), freed=freed)
    home = ways_home(sorted({one.contract_id for one in collectors}), sorted({one.contract_id for one in plants}))
    before = after = bound = 0.0
    changes: list[Change] = []
    for category in sorted({one.category for one in found}):
        table = Table([one for one in found if one.category == category], collectors, plants, rooms, home)
        now = table.now()
        then, least = table.assign(now, tolls)
        before, after, bound = before + now.cost_tkm, after + then.cost_tkm, bound + least
        changes += table.changes(now, then)
    return Planned(len(found), tuple(changes), before, after, bound, tolls)


class Table:
    """The loads of one category as arrays, and the way back from a plan to rows."""

    def __init__(self, loads: list[Work], collectors: Iterable[Option], plants: Iterable[Option],
                 rooms: dict[Account, int], home: dict[tuple[UUID, UUID], int]) -> None:
        self.loads, self.month = loads, {one.pickup_id: one.month for one in loads}
        self.bases: Index[UUID] = Index()
        self.plants: Index[tuple[UUID, date]] = Index()  # a recycling contract and a month of its plant
        self.accounts: Index[Account] = Index()
        self.out: dict[tuple[int, int], Option] = {}
        self.into: dict[tuple[int, int], Option] = {}
        row = {one.pickup_id: number for number, one in enumerate(loads)}
        self.category = category = loads[0].category
        for one in collectors:
            if one.pickup_id in row:
                self.out[row[one.pickup_id], self.bases[one.contract_id]] = one
        for one in plants:
            if one.pickup_id in row:
                self.into[row[one.pickup_id], self.plants[one.contract_id, self.month[one.pickup_id]]] = one
        plant_of = {number: one.facility_id for (_, number), one in self.into.items()}
        mine = [self.accounts[contract, category, None] for contract in self.bases.names]
        theirs = []
        for number, (contract, month) in enumerate(self.plants.names):
            limit = (plant_of[number], category, month)
            theirs.append((self.accounts[contract, category, None], self.accounts[limit] if limit in rooms else -1))
        # A contract that could recycle its own loads keeps them: no other plant is on its way.
        recycling = {contract for contract, _ in self.plants.names}
        collector, out_m = _padded(len(loads), self.out)
        recycler, load_m = _padded(len(loads), self.into)
        self.problem = Problem(
            mass_g=np.array([one.mass_g for one in loads], np.int64), collector=collector, out_m=out_m,
            recycler=recycler, load_m=load_m,
            home_m=np.array([[NO_WAY if base in recycling and base != plant else home[plant, base]
                              for base in self.bases.names] for plant, _ in self.plants.names],
                            np.int64).reshape(len(self.plants.names), len(self.bases.names)),
            room_g=np.array([rooms.get(account, 0) for account in self.accounts.names], np.int64),
            collector_account=np.array(mine, np.int64), recycler_accounts=np.array(theirs, np.int64).reshape(-1, 2))

    def now(self) -> Plan:
        """The plan that is in force: jobs as they are, and for waiting loads the offer that speaks for them.

        Jobs hold their room already. An offer that could not be accepted, for lack of room, serves nobody.
        """
        room = np.append(self.problem.room_g, np.iinfo(np.int64).max)
        hands = np.full((len(self.loads), 2), -1)
        for number in sorted(range(len(self.loads)), key=lambda number: self.loads[number].job_id is None):
            one = self.loads[number]
            base, plant = self.bases.find(one.contract_id), self.plants.find((one.recycler_contract_id, one.month))
            if (number, base) not in self.out or (number, plant) not in self.into or self.problem.home_m[plant, base] == NO_WAY:
                continue
            accounts = self.problem.accounts(np.array(base), np.array(plant))
            if one.job_id or (room[accounts] >= one.mass_g).all():
                room[accounts] -= one.mass_g
                hands[number] = base, plant
        return plan_of(self.problem, hands[:, 0], hands[:, 1])

    def assign(self, now: Plan, tolls: Mapping[tuple[UUID, str], int]) -> tuple[Plan, float]:
        """The best plan with the tolls paid on the way, and the bound for all plans without them."""
        real = self.problem
        base = np.array([tolls.get((contract, self.category), 0) for contract in self.bases.names], np.int64)
        plant = np.array([tolls.get((contract, self.category), 0) for contract, _ in self.plants.names], np.int64)
        tolled = real
        if base.any() or plant.any():
            same = np.array([[one == other for other in self.bases.names] for one, _ in self.plants.names])
            tolled = replace(
                real, out_m=np.where(real.collector >= 0, real.out_m + base[real.collector], 0),
                load_m=np.where(real.recycler >= 0, real.load_m + plant[real.recycler], 0),
                home_m=real.home_m - np.where(same, base[None, :], 0))  # one quota, one toll
        found = assign(tolled, now=(now.collector, now.recycler))
        bound = found.bound_tkm if tolled is real else split_bound(real, found.prices)
        return plan_of(real, found.plan.collector, found.plan.recycler), bound

    def changes(self, now: Plan, then: Plan) -> list[Change]:
        """What has to be done to get from one plan to the other; a load the new one leaves behind stays as it is."""
        found = []
        for number, one in enumerate(self.loads):
            pair = int(then.collector[number]), int(then.recycler[number])
            if pair[0] < 0 or pair == (int(now.collector[number]), int(now.recycler[number])):
                continue
            base, plant = self.out[number, pair[0]], self.into[number, pair[1]]
            assert plant.facility_id
            kind = "job" if one.job_id else "offer" if one.contract_id == base.contract_id else "new_offer"
            found.append(Change(
                kind=kind, pickup_id=one.pickup_id, number=one.number, category=one.category, mass_g=one.mass_g,
                month=one.month, contract_id=base.contract_id, organisation_id=base.organisation_id,
                distance_m=base.metres, trips=trips_of(one.mass_g, base.payload_g) or 1,
                job_id=one.job_id, offer_id=one.offer_id if kind == "offer" else None,
                before_contract_id=one.recycler_contract_id, recycler_contract_id=plant.contract_id,
                recycler_id=plant.organisation_id, facility_id=plant.facility_id,
                way_before_m=int(now.way_m[number]) if now.collector[number] >= 0 else None, way_m=int(then.way_m[number])))
        return found


class Index(Generic[Name]):
    """Numbers for names, in the order of their first mention."""

    def __init__(self) -> None:
        self._numbers: dict[Name, int] = {}

    def __getitem__(self, name: Name) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    @property
    def names(self) -> list[Name]:
        return list(self._numbers)

    def find(self, name: Any) -> int:
        """-1 for one that was never mentioned."""
        return self._numbers.get(name, -1)


def _padded(number: int, found: dict[tuple[int, int], Option]) -> tuple[Ints, Ints]:
    """(n, widest) the parties of each load, nearest first, and their metres; -1 where a load has fewer."""
    of_load: list[list[tuple[int, int]]] = [[] for _ in range(number)]
    for (load, party), one in found.items():
        of_load[load].append((one.metres, party))
    wide = max((len(parties) for parties in of_load), default=0)
    parties, metres = np.full((number, wide), -1), np.zeros((number, wide), np.int64)
    for load, near in enumerate(of_load):
        for place, (distance, party) in enumerate(sorted(near)):
            parties[load, place], metres[load, place] = party, distance
    return parties, metres
