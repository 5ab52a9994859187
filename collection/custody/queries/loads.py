"""A load with its masses side by side, and its timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from ..models import Consignment
from ..steps import actions


@dataclass(frozen=True, slots=True)
class Masses:
    """The tonnages of one load side by side, in grams; None: not yet measured. They are never added together."""

    declared_g: int | None  # by its pickups
    net_g: int | None
    accepted_g: int | None  # as last corrected
    refused_g: int | None
    recycled_g: int | None  # its share of the batch's input


@dataclass(frozen=True, slots=True)
class ConsignmentView:
    id: UUID
    number: int
    programme: str
    synthetic: bool
    state: str
    allowed_actions: tuple[str, ...]
    category: str
    waste_code: str | None
    origin: str
    region: str
    district: str | None
    generator_id: UUID | None
    collector_id: UUID
    collector_contract_id: UUID
    recycler_id: UUID
    recycler_contract_id: UUID
    facility_id: UUID
    vehicle_id: UUID | None
    driver_id: UUID | None
    parent_id: UUID | None  # of a part: the load it was divided from
    store_id: UUID | None  # the facility it is temporarily stored in
    masses: Masses
    loaded_at: datetime
    recorded_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when by the clock on the spot, when it was recorded, and how many grams it sealed."""

    step: str
    occurred_at: datetime
    recorded_at: datetime
    mass_g: int | None
    details: dict[str, Any]


_VIEW = """
SELECT load.id, load.number, programme.code AS programme, programme.synthetic, load.state, load.category_id AS category,
       load.waste_code_id AS waste_code, load.origin, load.region_id AS region, load.district_id AS district,
       load.generator_id, load.collector_id, load.collector_contract_id, load.recycler_id, load.recycler_contract_id,
       load.facility_id, load.vehicle_id, load.driver_id, load.loaded_at, load.recorded_at, load.version,
       (SELECT sum(pickup.declared_g)::bigint FROM custody_consignmentpickup served
            JOIN pickups_pickup pickup ON pickup.id = served.pickup_id WHERE served.consignment_id = load.id) AS declared_g,
       load.parent_id, load.store_id, coalesce(load.part_g, weighing.net_g) AS net_g,
       coalesce(last.accepted_g, receipt.accepted_g) AS accepted_g,
       coalesce(load.part_g, weighing.net_g) - coalesce(last.accepted_g, receipt.accepted_g) AS refused_g,
       (SELECT sum(grams)::bigint FROM custody_fact
            WHERE consignment_id = load.id AND measure = 'recycled') AS recycled_g
FROM custody_consignment load
JOIN contracts_programme programme ON programme.id = load.programme_id
LEFT JOIN custody_weighing weighing ON weighing.consignment_id = load.id
LEFT JOIN custody_receipt receipt ON receipt.consignment_id = load.id
LEFT JOIN LATERAL (SELECT accepted_g FROM custody_correction
    WHERE consignment_id = load.id ORDER BY edition DESC LIMIT 1) AS last ON true
WHERE load.id = ANY(%s)
"""


def consignment(actor: Actor, consignment_id: UUID) -> ConsignmentView:
    """One load the actor is a party of (any, for the operator's staff); NotFound otherwise."""
    found = _views(Consignment.objects.visible_to(actor).filter(pk=consignment_id).values_list("pk", flat=True))
    if not found:
        raise NotFound
    return found[0]


def consignments(actor: Actor, *, programme: str | None = None, state: str | None = None, category: str | None = None,
                 ids: list[UUID] | None = None, after: tuple[datetime, UUID] | None = None,
                 limit: int | None = None) -> list[ConsignmentView]:
    """The actor's loads, newest first, after the position (recorded_at, id). Two queries."""
    asked = {"programme__code": programme, "state": state, "category": category, "pk__in": ids}
    found = Consignment.objects.visible_to(actor).filter(**{name: value for name, value in asked.items() if value})
    if after:
        # One comparison of rows, so that the index on recorded_at is walked from the position on.
        found = found.filter(recorded_at__lte=after[0]).exclude(recorded_at=after[0], pk__gte=after[1])
    return _views(found.order_by("-recorded_at", "-pk").values_list("pk", flat=True)[:limit])


def _views(ids: Iterable[UUID]) -> list[ConsignmentView]:
    wanted = list(ids)
    found = {}
    for row in rows(_VIEW, [wanted]) if wanted else []:
        masses = Masses(**{name: row.pop(name) for name in Masses.__slots__})
        found[row["id"]] = ConsignmentView(**row, masses=masses, allowed_actions=tuple(actions(row["state"])))
    return [found[pk] for pk in wanted]


_TIMELINE = """
SELECT 'loaded' AS step, loaded_at AS occurred_at, recorded_at, NULL::bigint AS mass_g,
       jsonb_build_object('plate', sheet.plate, 'signed_by', coalesce((
           SELECT min(method) FROM custody_signature WHERE consignment_id = load.id AND party = 'generator'), 'none')) AS details
FROM custody_consignment load LEFT JOIN custody_transportsheet sheet ON sheet.consignment_id = load.id
WHERE load.id = ANY (%(ids)s) AND load.parent_id IS NULL
UNION ALL
SELECT 'parted', division.occurred_at, division.recorded_at, part.part_g, jsonb_build_object('parent', parent.number)
FROM custody_consignment part JOIN custody_consignment parent ON parent.id = part.parent_id
JOIN custody_division division ON division.consignment_id = parent.id WHERE part.id = ANY (%(ids)s)
UNION ALL
SELECT 'weighed', occurred_at, recorded_at, net_g, jsonb_build_object(
       'gross_g', gross_g, 'tare_g', tare_g, 'ticket', ticket_number, 'manual', manual, 'estimated', estimated)
FROM custody_weighing WHERE consignment_id = ANY (%(ids)s)
UNION ALL
SELECT 'stored', occurred_at, recorded_at, mass_g, jsonb_build_object('facility_id', facility_id)
FROM custody_stay WHERE consignment_id = ANY (%(ids)s)
UNION ALL
SELECT 'split', occurred_at, recorded_at, NULL, jsonb_build_object('lost_g', lost_g, 'reason', lost_why, 'parts', (
       SELECT jsonb_agg(jsonb_build_object('id', id, 'mass_g', part_g) ORDER BY number)
       FROM custody_consignment WHERE parent_id = division.consignment_id AND source_id = (
           SELECT source_id FROM custody_consignment WHERE id = division.consignment_id)))
FROM custody_division division WHERE consignment_id = ANY (%(ids)s)
UNION ALL
SELECT 'grouped', whole.occurred_at, whole.recorded_at, member.mass_g,
       jsonb_build_object('grouping', whole.number, 'plate', whole.plate)
FROM custody_groupingmember member JOIN custody_grouping whole ON whole.id = member.grouping_id
WHERE member.consignment_id = ANY (%(ids)s)
UNION ALL
SELECT 'delivered', delivered_at, delivered_at, NULL, '{}' FROM custody_consignment
WHERE id = ANY (%(ids)s) AND delivered_at IS NOT NULL
UNION ALL
SELECT CASE WHEN accepted_g = 0 THEN 'returned' ELSE 'received' END, occurred_at, recorded_at, accepted_g,
       jsonb_build_object('refused_g', refused_g, 'impurity_g', impurity_g, 'reason', reason)
FROM custody_receipt WHERE consignment_id = ANY (%(ids)s)
UNION ALL
SELECT 'taken_back', occurred_at, recorded_at, mass_g, jsonb_build_object('place', place, 'taken_by', taken_by)
FROM custody_return WHERE consignment_id = ANY (%(ids)s)
UNION ALL
SELECT 'incident', occurred_at, recorded_at, NULL, jsonb_build_object('kind', kind)
FROM custody_incident WHERE consignment_id = ANY (%(ids)s)
UNION ALL
SELECT 'processed', batch.occurred_at, batch.recorded_at, input.mass_g, jsonb_build_object('batch', batch.number)
FROM custody_batchinput input JOIN custody_batch batch ON batch.id = input.batch_id WHERE input.consignment_id = ANY (%(ids)s)
UNION ALL
SELECT 'corrected', recorded_at, recorded_at, accepted_g,
       jsonb_build_object('was_g', was_g, 'edition', edition, 'reason', reason)
FROM custody_correction WHERE consignment_id = ANY (%(ids)s)
ORDER BY recorded_at, occurred_at
"""


def timeline(consignment_id: UUID) -> list[Step]:
    """Everything that was sealed for a load, in the order of recording; ask `consignment` first whether it may be seen."""
    return _steps([consignment_id])


def timeline_of_pickup(pickup_id: UUID) -> list[Step]:
    """What was sealed for a pickup's loads and the parts they were divided into, in the order of recording.

    Ask dispatch's `pickup` first if it may be seen.
    """
    return _steps([row["id"] for row in rows(
        """
        SELECT load.id FROM custody_consignmentpickup served JOIN custody_consignment load
            ON load.id = served.consignment_id OR load.source_id = served.consignment_id AND load.parent_id IS NOT NULL
        WHERE served.pickup_id = %s
        """, [pickup_id])])


def _steps(ids: list[UUID]) -> list[Step]:
    found = rows(_TIMELINE, {"ids": ids}) if ids else []
    return [Step(**row | {"details": orjson.loads(row["details"])}) for row in found]
