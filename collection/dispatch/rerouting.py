"""Conditional steps of a re-optimisation: another plant for an unstarted job or an open offer, one more offer.

Whoever calls these holds the pickups' locks. Each looks again at what the plan was made from, so an answer given meanwhile
stands and the change falls away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from collection.contracts.steps import Allot, allot
from collection.kernel.db import execute, rows

#: What limits mass: a contract's quota of a category (month None), or a plant's month.
Account = tuple[UUID, str, date | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing the plan does differently. `way_before_m` None: nobody had it. Costs in kilogram-kilometres."""

    kind: str  # job | offer | new_offer
    pickup_id: UUID
    number: int
    category: str
    mass_g: int
    month: date
    contract_id: UUID  # who fetches it
    organisation_id: UUID
    distance_m: int
    trips: int
    job_id: UUID | None
    offer_id: UUID | None
    before_contract_id: UUID | None  # the recycling contract it would have gone to
    recycler_contract_id: UUID
    recycler_id: UUID
    facility_id: UUID
    way_before_m: int | None
    way_m: int

    def cost(self, way_m: int) -> int:
        return self.mass_g * way_m // 10**6


_QUOTAS = """
SELECT quota.contract_id, quota.category_id AS category, quota.quota_g - coalesce((
    SELECT sum(amount) FROM contracts_allotment used WHERE used.of = 'quota' AND used.contract_id = quota.contract_id
        AND used.category_id = quota.category_id AND used.object_id <> ALL (%(freed)s)), 0)::bigint AS room_g
FROM contracts_contractcategory quota WHERE quota.contract_id = ANY (%(contracts)s) ORDER BY quota.id
"""
_MONTHS = """
SELECT capacity.facility_id, capacity.category_id AS category, asked.month, capacity.monthly_g - coalesce((
    SELECT sum(amount) FROM contracts_allotment used WHERE used.of = 'capacity' AND used.facility_id = capacity.facility_id
        AND used.category_id = capacity.category_id AND used.month = asked.month AND used.object_id <> ALL (%(freed)s)
    ), 0)::bigint AS room_g
FROM registry_facilitycapacity capacity CROSS JOIN unnest(%(months)s::date[]) AS asked (month)
WHERE capacity.facility_id = ANY (%(facilities)s) AND capacity.monthly_g IS NOT NULL ORDER BY capacity.id, asked.month
"""

def quota_rooms(contracts: list[UUID], *, freed: list[UUID]) -> dict[Account, int]:
    """(contract, category, None) -> grams its quota still holds, without what is reserved for the pickups `freed`."""
    found = rows(_QUOTAS, {"contracts": contracts, "freed": freed})
    return {(row["contract_id"], row["category"], None): row["room_g"] for row in found}


def month_rooms(facilities: list[UUID], months: list[date], *, freed: list[UUID]) -> dict[Account, int]:
    """(plant, category, month) -> grams it may still take in, likewise; a plant without a limit is not among them."""
    found = rows(_MONTHS, {"facilities": facilities, "months": months, "freed": freed})
    return {(row["facility_id"], row["category"], row["month"]): row["room_g"] for row in found}


def reroute_jobs(changes: Sequence[Change], *, at: datetime) -> list[Change]:
    """Send unstarted jobs to other plants, and what is reserved there with them; those that could be moved.

    The rooms' rows are locked in key order, as accepting does, before they are summed. Changes that need room somebody else
    has taken since fall away; what depends on the room they would have made falls with them.
    """
    if not changes:
        return []
    free = {row["id"] for row in rows(_FREE_JOBS, {
        "jobs": [one.job_id for one in changes], "before": [one.before_contract_id for one in changes]})}
    held = _held([one.pickup_id for one in changes])
    kept = _with_room([one for one in changes if one.job_id in free], held)
    columns = [[getattr(one, name) for one in kept] for name in (
        "job_id", "pickup_id", "recycler_contract_id", "recycler_id", "facility_id")]
    execute(_MOVE_JOBS, columns)
    execute(_MOVE_PICKUPS, columns)
    allot([Allot(of="quota" if account[2] is None else "capacity", amount=amount, why="rerouted", object_id=one.pickup_id,
                 contract_id=account[0] if account[2] is None else None,
                 facility_id=account[0] if account[2] is not None else None, category_id=account[1], month=account[2])
           for one in kept for account, amount in _taken(one, held).items() if amount], at=at)
    return kept


def reroute_offers(changes: Sequence[Change]) -> list[Change]:
    """Let open offers name another plant; those still open by the database clock."""
    columns = [[getattr(one, name) for one in changes] for name in (
        "offer_id", "before_contract_id", "recycler_contract_id", "facility_id")]
    done = {row["id"] for row in rows(_MOVE_OFFERS, columns)}
    return [one for one in changes if one.offer_id in done]


def offer_more(change: Change, *, offer_id: UUID, at: datetime, expires_at: datetime) -> bool:
    """Ask one more contract for a pickup that is on offer or unserved; False when that was decided meanwhile."""
    return bool(rows(_OFFER, {
        "pickup": change.pickup_id, "offer": offer_id, "contract": change.contract_id,
        "organisation": change.organisation_id, "distance": change.distance_m, "trips": change.trips,
        "facility": change.facility_id, "recycler_contract": change.recycler_contract_id, "at": at, "expires_at": expires_at}))


def recyclers_of(contracts: Sequence[UUID]) -> dict[UUID, UUID]:
    """Contract -> its organisation."""
    return {row["id"]: row["organisation_id"] for row in rows(
        "SELECT id, organisation_id FROM contracts_contract WHERE id = ANY (%s)", [list(contracts)])}


def set_prices(programme_id: UUID, prices: Mapping[tuple[UUID, str], int], *, at: datetime) -> None:
    """What room is worth in this programme from now on; contracts that are not named are worth nothing extra."""
    execute(_NO_PRICES, [programme_id, [contract for contract, _ in prices], [category for _, category in prices]])
    execute(_PRICES, [[contract for contract, _ in prices], [category for _, category in prices], list(prices.values()), at])


_NO_PRICES = """
DELETE FROM dispatch_price price USING contracts_contract contract
WHERE contract.id = price.contract_id AND contract.programme_id = %s
  AND (price.contract_id, price.category_id) NOT IN (SELECT * FROM unnest(%s::uuid[], %s::varchar[]))
"""
_PRICES = """
INSERT INTO dispatch_price (contract_id, category_id, metres, at)
SELECT told.*, moment.at FROM unnest(%s::uuid[], %s::varchar[], %s::int[]) AS told, (SELECT %s::timestamptz AS at) moment
ON CONFLICT (contract_id, category_id) DO UPDATE SET metres = excluded.metres, at = excluded.at
"""
_FREE_JOBS = """
SELECT job.id FROM dispatch_job job JOIN unnest(%(jobs)s::uuid[], %(before)s::uuid[]) AS seen (id, recycler_contract_id)
    ON seen.id = job.id AND seen.recycler_contract_id = job.recycler_contract_id
WHERE job.state = 'assigned' AND NOT job.frozen
"""
_MOVES = "unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[]) AS moves (job, pickup, contract, recycler, plant)"
_MOVE_JOBS = f"""
UPDATE dispatch_job job SET recycler_contract_id = moves.contract, recycler_id = moves.recycler, facility_id = moves.plant,
    version = job.version + 1
FROM {_MOVES} WHERE job.id = moves.job AND job.state = 'assigned' AND NOT job.frozen
"""
_MOVE_PICKUPS = f"""
UPDATE pickups_pickup p SET recycler_contract_id = moves.contract, recycler_id = moves.recycler, facility_id = moves.plant,
    version = p.version + 1
FROM {_MOVES} WHERE p.id = moves.pickup AND p.state = 'accepted'
"""
_MOVE_OFFERS = """
UPDATE dispatch_offer o SET recycler_contract_id = moves.contract, facility_id = moves.plant, reason = 'reoptimised'
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[]) AS moves (offer, before, contract, plant)
WHERE o.id = moves.offer AND o.state = 'open' AND o.expires_at > house_clock()
  AND o.recycler_contract_id IS NOT DISTINCT FROM moves.before
RETURNING o.id
"""
_OFFER = """
WITH asked AS (
    UPDATE pickups_pickup p SET state = 'offered', reason = '', wave = p.wave + (p.state = 'unserved')::int,
        version = p.version + 1
    WHERE p.id = %(pickup)s AND p.state IN ('offered', 'unserved') AND NOT EXISTS (
        SELECT FROM dispatch_offer o WHERE o.pickup_id = p.id AND o.contract_id = %(contract)s)
    RETURNING p.id, p.wave
)
INSERT INTO dispatch_offer (id, pickup_id, contract_id, organisation_id, wave, rank, distance_m, trips, recycler_contract_id,
                            facility_id, state, offered_at, expires_at, reason)
SELECT %(offer)s, asked.id, %(contract)s, %(organisation)s, asked.wave,
       1 + (SELECT coalesce(max(rank), 0) FROM dispatch_offer o WHERE o.pickup_id = asked.id AND o.wave = asked.wave),
       %(distance)s, %(trips)s, %(recycler_contract)s, %(facility)s, 'open', %(at)s, %(expires_at)s, 'reoptimised' FROM asked
RETURNING id
"""


def _held(pickups: list[UUID]) -> dict[UUID, dict[Account, int]]:
    """What is reserved for each pickup."""
    found: dict[UUID, dict[Account, int]] = {}
    for row in rows(
        "SELECT object_id, coalesce(facility_id, contract_id) AS whose, category_id, month, sum(amount)::bigint AS amount "
        "FROM contracts_allotment WHERE object_id = ANY (%s) AND of IN ('quota', 'capacity') GROUP BY 1, 2, 3, 4", [pickups],
    ):
        found.setdefault(row["object_id"], {})[row["whose"], row["category_id"], row["month"]] = row["amount"]
    return found


def _taken(change: Change, held: dict[UUID, dict[Account, int]]) -> dict[Account, int]:
    """What the change takes from each account (negative: gives back); the collector's quota stays as it is."""
    taken = {account: -amount for account, amount in held.get(change.pickup_id, {}).items()
             if account[0] != change.contract_id}
    for account in ((change.recycler_contract_id, change.category, None),
                    (change.facility_id, change.category, change.month)):
        if account[0] != change.contract_id:
            taken[account] = taken.get(account, 0) + change.mass_g
    return taken


def _with_room(changes: list[Change], held: dict[UUID, dict[Account, int]]) -> list[Change]:
    """The changes that fit together into what is left, the rows of what they touch locked."""
    touched = {account for one in changes for account in _taken(one, held)}
    contracts = sorted({whose for whose, _, month in touched if month is None})
    plants = sorted({whose for whose, _, month in touched if month is not None})
    months = sorted({month for _, _, month in touched if month is not None})
    rows("SELECT id FROM contracts_contractcategory WHERE contract_id = ANY (%s) ORDER BY id FOR NO KEY UPDATE", [contracts])
    rows("SELECT id FROM registry_facilitycapacity WHERE facility_id = ANY (%s) ORDER BY id FOR NO KEY UPDATE", [plants])
    room = quota_rooms(contracts, freed=[]) | month_rooms(plants, months, freed=[])
    kept = list(changes)
    while over := _overdrawn(kept, held, room):
        # the one that gains least of those that ask for what is not there
        kept.remove(min((one for one in kept if _taken(one, held).get(over, 0) > 0),
                        key=lambda one: (one.cost(one.way_before_m or 0) - one.cost(one.way_m), one.pickup_id)))
    return kept


def _overdrawn(changes: Iterable[Change], held: dict[UUID, dict[Account, int]], room: dict[Account, int]) -> Account | None:
    wanted: Counter[Account] = Counter()
    for one in changes:
        wanted.update(_taken(one, held))
    return next((account for account, amount in wanted.items() if amount > 0 and amount > room.get(account, amount)), None)
