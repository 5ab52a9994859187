"""What is handed over to the level-1 registrar: every sealed fact of a month, each with the papers it stands on.

The format is docs/registrar.md. Facts are never changed, only taken back and sealed anew, so a record once handed over stays
true for ever, and the sums of a month are the statistics' own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from collection.accounts.queries import organisation_of
from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor
from collection.kernel.calendar import next_month
from collection.kernel.db import rows

FORMAT = "registrar-1"
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Party:
    """`identity_number` is a company's BIN; a person's IIN is not handed over."""

    identity_number: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class PaperTicket:
    number: str
    scale: str
    certificate: str
    certified_until: date
    weighed_at: datetime
    gross_g: int
    tare_g: int
    net_g: int
    manual: bool
    estimated: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One sealed fact. `grams` below zero take back the record `reverses`."""

    record: int
    reverses: int | None
    edition: int
    measure: str  # collected | received | recycled
    grams: int
    occurred_on: date
    sealed_on: date
    supply_on: date
    load: int
    category: str
    waste_code: str | None
    origin: str
    region: str  # KATO code of where the waste arose
    contract: str
    generator: Party | None
    collector: Party
    recycler: Party
    facility: str
    ticket: PaperTicket


_RECORDS = """
SELECT fact.id AS record, fact.reversal_of_id AS reverses, fact.edition, fact.measure, fact.grams, fact.occurred_on,
       fact.sealed_on, fact.supply_on, load.number AS load, fact.category_id AS category, load.waste_code_id AS waste_code,
       load.origin, fact.region_id AS region, contract.number AS contract, plant.name AS facility,
       generator.id IS NOT NULL AS has_generator, generator.kind = 'company' AS generator_is_company,
       generator.identity_number AS generator_number, generator.name AS generator_name,
       collector.identity_number AS collector_number, collector.name AS collector_name,
       recycler.identity_number AS recycler_number, recycler.name AS recycler_name,
       weighing.ticket_number AS number, scale.serial AS scale, weighing.certificate_number AS certificate,
       weighing.certified_until, weighing.occurred_at AS weighed_at, weighing.gross_g, weighing.tare_g, weighing.net_g,
       weighing.manual, weighing.estimated
FROM custody_fact fact
JOIN contracts_programme programme ON programme.id = fact.programme_id AND programme.code = %(programme)s
JOIN custody_consignment load ON load.id = fact.consignment_id
JOIN contracts_contract contract ON contract.id = fact.contract_id
JOIN registry_facility plant ON plant.id = load.facility_id
JOIN custody_weighing weighing ON weighing.consignment_id = load.source_id
JOIN registry_scale scale ON scale.id = weighing.scale_id
JOIN accounts_organisation collector ON collector.id = load.collector_id
JOIN accounts_organisation recycler ON recycler.id = load.recycler_id
LEFT JOIN accounts_organisation generator ON generator.id = load.generator_id
WHERE fact.occurred_on >= %(month)s AND fact.occurred_on < %(next)s AND fact.id > %(after)s
  AND (%(own)s::uuid IS NULL OR %(own)s::uuid IN (load.collector_id, load.recycler_id))
ORDER BY fact.id LIMIT %(limit)s
"""


def records(actor: Actor, *, programme: str, month: date, after: int = 0, limit: int = CHUNK) -> list[Record]:
    """Records of the month (of the day each fact counts on), oldest first, after the record `after`.

    All of the programme's for the operator: its staff, its own systems and the house; a contractor's system gets its own.
    """
    found = rows(_RECORDS, {"programme": programme, "month": month, "next": next_month(month), "after": after,
                            "own": _only(actor), "limit": limit})
    return [_record(row) for row in found]


def every_record(actor: Actor, *, programme: str, month: date) -> Iterator[Record]:
    """The whole month, a thousand at a time."""
    after = 0
    while page := records(actor, programme=programme, month=month, after=after):
        yield from page
        after = page[-1].record


def _only(actor: Actor) -> UUID | None:
    if actor.is_house or actor.role in STAFF_ROLES:
        return None
    assert actor.organisation_id is not None  # the table of rights lets only members here
    return None if organisation_of(actor, actor.organisation_id).is_operator else actor.organisation_id


def _record(row: dict[str, Any]) -> Record:
    parties = {side: Party(row.pop(f"{side}_number"), row.pop(f"{side}_name")) for side in ("generator", "collector", "recycler")}
    there, company = row.pop("has_generator"), row.pop("generator_is_company")
    generator = None if not there else parties["generator"] if company else Party(None, None)
    ticket = PaperTicket(**{name: row.pop(name) for name in PaperTicket.__slots__})
    return Record(**row, ticket=ticket, **(parties | {"generator": generator}))  # type: ignore[arg-type]
