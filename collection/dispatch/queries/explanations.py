"""Why it went to whom it went: the nearest contracts and plants, eligible or not, with every rule's verdict and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from collection.contracts.models import Programme
from collection.contracts.offering import Reach, reaches, weights_of, widest
from collection.kernel.db import rows

from ..matching import Need, Pair, best_pair, plant_verdicts, rank, verdicts, wave_of
from .candidates import CANDIDATES, Matches, asked, candidates, neighbours

# The nearest places first, by their own index (OFFSET 0: the planner may not turn the walk inside out); whoever was chosen
# is told of too, however far away.
_NEAR = """
WITH near AS (
    SELECT told.id FROM (
        SELECT place.id FROM {places} place WHERE %(near)s::boolean
        ORDER BY place.point <-> %(point)s::geography OFFSET 0) place
    CROSS JOIN LATERAL (
        SELECT contract.id FROM contracts_contract contract
        WHERE contract.{place} = place.id AND contract.programme_id = %(programme)s::uuid AND contract.kind <> {but}
          AND contract.state <> 'draft' OFFSET 0) told
    LIMIT {limit}
), told AS (SELECT id FROM near UNION SELECT unnest(%(chosen)s::uuid[]))
SELECT contract.id AS contract_id, contract.number, contract.kind, contract.state, contract.organisation_id,
       organisation.name AS organisation, organisation.suspended_at IS NOT NULL AS suspended,
       coalesce(lower(contract.valid), '0001-01-01'::date) AS valid_from,
       coalesce(upper(contract.valid), '9999-12-31'::date) AS valid_until,
       round(ST_Distance(place.point, %(point)s::geography))::bigint AS distance_m, place.working_days, allowed.quota_g,
       (SELECT coalesce(sum(amount), 0)::bigint FROM contracts_allotment used WHERE used.contract_id = contract.id
            AND used.of = 'quota' AND used.category_id = %(category)s::varchar) AS quota_used_g,
       EXISTS (SELECT FROM contracts_contractregion served
            WHERE served.contract_id = contract.id AND served.region_id = %(region)s::varchar) AS serves_region, {more}
FROM told JOIN contracts_contract contract ON contract.id = told.id
JOIN accounts_organisation organisation ON organisation.id = contract.organisation_id
JOIN {places} place ON place.id = contract.{place}
LEFT JOIN contracts_contractcategory allowed
    ON allowed.contract_id = contract.id AND allowed.category_id = %(category)s::varchar
WHERE contract.programme_id = %(programme)s::uuid
ORDER BY distance_m, contract.id
"""
_CONTRACTS = _NEAR.format(places="registry_base", place="base_id", but="'recycling'", limit=CANDIDATES, more="""
       contract.cap_tiyn,
       (SELECT coalesce(sum(amount), 0)::bigint FROM contracts_allotment used WHERE used.contract_id = contract.id
            AND used.of = 'cap') AS cap_used_tiyn,
       EXISTS (SELECT FROM contracts_contractregion served
            WHERE served.contract_id = contract.id AND served.region_id = ANY (%(regions)s::varchar[])) AS serves_neighbour,
       coalesce((SELECT max(payload_g) FROM registry_vehicle vehicle
            WHERE vehicle.organisation_id = contract.organisation_id AND vehicle.retired_at IS NULL), 0) AS payload_g,
       contract.organisation_id IS NOT DISTINCT FROM %(generator)s::uuid AS own,
       EXISTS (SELECT FROM dispatch_offer asked
            WHERE asked.pickup_id = %(pickup)s::uuid AND asked.contract_id = contract.id) AS asked""")
_PLANTS = _NEAR.format(places="registry_facility", place="facility_id", but="'collection'", limit=CANDIDATES, more="""
       contract.facility_id,
       (SELECT monthly_g FROM registry_facilitycapacity capacity WHERE capacity.facility_id = contract.facility_id
            AND capacity.category_id = %(category)s::varchar) AS capacity_g,
       (SELECT coalesce(sum(amount), 0)::bigint FROM contracts_allotment used WHERE used.of = 'capacity'
            AND used.facility_id = contract.facility_id AND used.category_id = %(category)s::varchar
            AND used.month = %(month)s::date) AS capacity_used_g""")


@dataclass(frozen=True, slots=True)
class Load:
    """What a wave is for. `point`: (longitude, latitude); `wave`: the number it would have; no id before it is asked for."""

    programme_id: UUID
    category: str
    region: str
    mass_g: int
    day: date
    point: tuple[float, float]
    generator_id: UUID | None = None
    pickup_id: UUID | None = None
    wave: int = 1

    @property
    def ewkt(self) -> str:
        return f"SRID=4326;POINT({self.point[0]!r} {self.point[1]!r})"


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was found for a load: the need as far as it had to be widened, who may take it, and whom to ask first."""

    load: Load
    need: Need
    matches: Matches
    pairs: list[Pair]

    def asked(self) -> dict[str, Any]:
        return asked(pickup_id=self.load.pickup_id, programme_id=self.load.programme_id, need=self.need,
                     point=self.load.ewkt, generator_id=self.load.generator_id)

    def wave(self, programme: Programme) -> list[Pair]:
        """Whom to ask at once."""
        return wave_of(self.pairs, programme.wave_size, weights_of(programme.weights))


def need_of(load: Load, programme: Programme, reach: Reach) -> Need:
    return Need(
        load.category, load.region, load.mass_g, load.day, holiday=load.day in programme.holidays,
        max_trips=programme.max_trips, reach=reach,
        neighbours=neighbours(load.point, load.region, reach.radius_m) if reach.neighbours and reach.radius_m else ())


def weigh(load: Load, programme: Programme) -> Weighed:
    """Who could take the load and whom to ask first, by the programme's rules; widened at once while nobody is there."""
    steps = reaches(programme.widening, load.wave)
    for reach in steps:
        need = need_of(load, programme, reach)
        found = candidates(pickup_id=load.pickup_id, programme_id=load.programme_id, need=need, point=load.ewkt,
                           generator_id=load.generator_id)
        pairs = rank(found.collectors, found.plants, mass_g=load.mass_g, weights=weights_of(programme.weights))
        if pairs:
            break
    return Weighed(load, need, found, pairs)


@dataclass(frozen=True, slots=True)
class One:
    """What was found of one contract: its verdicts, and the pair it makes if all hold and a plant can be found."""

    verdicts: dict[str, bool]
    pair: Pair | None


def weigh_one(load: Load, programme: Programme, contract_id: UUID) -> One | None:
    """One contract for one load, as an officer may choose it: however far, in any region the programme may widen to.

    One that was asked before may still be told to go. None: no such contract in the programme.
    """
    load = replace(load, pickup_id=None)
    need = need_of(load, programme, widest(programme.widening))
    need = replace(need, reach=replace(need.reach, radius_m=None))
    weighed = Weighed(load, need, Matches([], []), [])
    judged = considered(weighed.asked(), need, chosen=[contract_id], near=False)
    if not judged:
        return None
    if not judged[0]["eligible"]:
        return One(judged[0]["verdicts"], None)
    found = candidates(pickup_id=None, programme_id=load.programme_id, need=need, point=load.ewkt,
                       generator_id=load.generator_id, only=contract_id)
    weights = weights_of(programme.weights)
    pairs = (best_pair(one, found.plants, load.mass_g, weights) for one in found.collectors)
    return One(judged[0]["verdicts"], next(pairs, None))


def explain(weighed: Weighed) -> dict[str, Any]:
    """The explanation as plain JSON values: what was asked, and every contract and plant considered. Two statements."""
    pairs = {pair.collector.contract_id: (place, pair) for place, pair in enumerate(weighed.pairs, start=1)}
    need = weighed.need
    return {
        "eligible": len(weighed.matches.collectors),
        "need": {"category": need.category, "region": need.region, "mass_g": need.mass_g, "day": need.day.isoformat(),
                 "holiday": need.holiday, "max_trips": need.max_trips, "radius_m": need.reach.radius_m,
                 "neighbours": list(need.neighbours)},
        "contracts": [one | {"cost": _cost(*pairs.get(UUID(one["contract_id"]), (None, None)))}
                      for one in considered(weighed.asked(), need, chosen=list(pairs))],
        "recyclers": considered_plants(
            weighed.asked(), need, chosen={pair.plant.contract_id for pair in weighed.pairs}),
    }


def _cost(place: int | None, pair: Pair | None) -> dict[str, Any] | None:
    if pair is None:
        return None
    return {
        "rank": place, "recycler_contract_id": str(pair.plant.contract_id), "trips": pair.trips, "empty_m": pair.empty_m,
        "loaded_m": pair.loaded_m, "accepted": pair.collector.accepted, "refused": pair.collector.refused,
        "withdrawn": pair.collector.withdrawn, "acceptance": round(pair.acceptance, 4),
        "shortfall": round(pair.shortfall, 4), "scarce_m": pair.scarce_m, "score_m": pair.score_m,
    }


def considered(params: Mapping[str, Any], need: Need, *, chosen: Iterable[UUID] = (),
               near: bool = True) -> list[dict[str, Any]]:
    """The nearest contracts and the contracts `chosen`, nearest first: numbers, `verdicts` (rule -> yes or no), `eligible`."""
    return _judged(_CONTRACTS, params, need, verdicts, list(chosen), near=near)


def considered_plants(params: Mapping[str, Any], need: Need, *, chosen: Iterable[UUID] = ()) -> list[dict[str, Any]]:
    """The same for plants."""
    return _judged(_PLANTS, params, need, plant_verdicts, list(chosen), near=True)


def _judged(sql: str, params: Mapping[str, Any], need: Need, judge: Any, chosen: list[UUID], *,
            near: bool) -> list[dict[str, Any]]:
    explained = []
    for contract in rows(sql, {**params, "chosen": chosen, "near": near}, keep_plan=True):
        answer = judge(contract, need)
        explained.append({name: _plain(value) for name, value in contract.items()}
                         | {"verdicts": answer, "eligible": all(answer.values())})
    return explained


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value
