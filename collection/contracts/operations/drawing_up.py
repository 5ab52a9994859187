"""A contract on paper: who, what, where, how much, until when. It counts for nothing until a second person approves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from stdnum import iban as ibans

from collection.accounts.models import Membership
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, Refusal, Unprocessable
from collection.kernel.words import Words
from collection.registry.models import Base, Facility
from collection.registry.rules import masses_wrong, pointer
from collection.waste.models import Category
from geo.models import Region

from .. import queries
from ..models import Contract, ContractCategory, ContractRegion
from ..prices import DAY
from ..queries import ContractDetail, programme_ids
from ..rules import MAX_TIYN, ROLES_OF_KIND
from ..states import LEGS


class ContractNumberTaken(Refusal):
    code = "contract_number_taken"
    kind = Kind.CONFLICT
    words = Words("Бұл нөмірлі шарт бар", "Договор с таким номером уже есть", "There is a contract with this number")


@dataclass(frozen=True, slots=True)
class NewContract:
    """What is agreed. `valid_to` is the last day; masses in grams over the whole validity, the cap in tiyn."""

    programme: str  # its code
    organisation_id: UUID  # a registered contractor
    number: str
    kind: str  # collection | recycling | full_cycle
    valid_from: date
    iban: str
    categories: Sequence[tuple[str, int]]  # (category, quota_g)
    regions: Sequence[str]  # nine-digit codes of the regions served
    valid_to: date | None = None
    cap_tiyn: int | None = None
    vat_payer: bool = True
    base_id: UUID | None = None  # collection legs start here
    facility_id: UUID | None = None  # recycling legs end here


def draw_up_contracts(*, actor: Actor, at: datetime, contracts: Sequence[NewContract]) -> list[ContractDetail]:
    """Write contracts down as drafts, with their categories, quotas and regions. No notice: nothing is in force yet.

    Errors: Unprocessable with every `unknown_programme`, `not_a_contractor`, `iban_invalid`, `not_found` (a base or
    facility that is not the organisation's), `required_for_kind`, `unknown_category`, `unknown_region`, `duplicate`,
    `empty`, `out_of_range` and `period_ends_before_it_starts`; ContractNumberTaken.
    """
    rows = insert_drafts(actor, at, contracts)
    audit.record_many(actor=actor, at=at, lines=[line for _, line in rows])
    found = {one.id: one for one in queries.details(Contract.objects.filter(pk__in=[row.id for row, _ in rows]))}
    return [found[row.id] for row, _ in rows]


def check_contracts(contracts: Sequence[NewContract]) -> dict[str, Any]:
    """What they speak of, or Unprocessable with everything that is wrong with any of them."""
    known = _known(contracts)
    defects = [defect for n, one in enumerate(contracts) for defect in _defects(contracts, n, one, known)]
    if defects:
        raise Unprocessable(defects=defects)
    return known


def insert_drafts(actor: Actor, at: datetime, contracts: Sequence[NewContract]) -> list[tuple[Contract, audit.Line]]:
    """The rows of the drafts, each with its audit line, which the verb writes. Errors as `draw_up_contracts`."""
    known = check_contracts(contracts)
    _refuse_taken_numbers(contracts, known["programmes"])
    rows = Contract.objects.bulk_create(
        Contract(
            id=uuid7(at), programme_id=known["programmes"][one.programme], organisation_id=one.organisation_id,
            number=one.number, kind=one.kind, valid=DateRange(one.valid_from, one.valid_to and one.valid_to + DAY),
            cap_tiyn=one.cap_tiyn, iban=ibans.compact(one.iban), vat_payer=one.vat_payer, base_id=one.base_id,
            facility_id=one.facility_id, drawn_up_by=actor.user_id, created_at=at,
        )
        for one in contracts
    )
    ContractCategory.objects.bulk_create(
        ContractCategory(contract=row, category_id=category, quota_g=quota_g)
        for row, one in zip(rows, contracts, strict=True) for category, quota_g in one.categories
    )
    ContractRegion.objects.bulk_create(
        ContractRegion(contract=row, region_id=region)
        for row, one in zip(rows, contracts, strict=True) for region in one.regions
    )
    return [
        (row, audit.Line("contract.create", "contract", row.id, after={
            "state": "draft", "number": one.number, "kind": one.kind, "organisation": one.organisation_id,
            "valid_from": one.valid_from, "valid_to": one.valid_to, "cap_tiyn": one.cap_tiyn,
            "iban": row.iban, "vat_payer": one.vat_payer, "base": one.base_id, "facility": one.facility_id,
            "quotas_g": dict(one.categories), "regions": list(one.regions),
        }))
        for row, one in zip(rows, contracts, strict=True)
    ]


def _known(contracts: Sequence[NewContract]) -> dict[str, Any]:
    """What the contracts speak of and exists, by six queries."""
    roles: dict[UUID, set[str]] = {}
    for organisation, role in Membership.objects.filter(
        organisation__in={one.organisation_id for one in contracts}, removed_at=None,
    ).values_list("organisation_id", "role"):
        roles.setdefault(organisation, set()).add(role)
    bases = Base.objects.filter(pk__in={one.base_id for one in contracts})
    plants = Facility.objects.filter(pk__in={one.facility_id for one in contracts})
    return {
        "programmes": programme_ids(one.programme for one in contracts), "roles": roles,
        "base_id": dict(bases.values_list("pk", "organisation_id")),
        "facility_id": dict(plants.values_list("pk", "organisation_id")),
        "categories": set(Category.objects.values_list("code", flat=True)),
        "regions": set(Region.objects.values_list("kato", flat=True)),
    }


def _defects(contracts: Sequence[NewContract], n: int, one: NewContract, known: dict[str, Any]) -> Iterator[Defect]:
    """Everything that is wrong with one contract."""
    def at(name: str) -> str:
        return pointer(contracts, n, name)

    if one.programme not in known["programmes"]:
        yield Defect(at("programme"), "unknown_programme")
    if not set(ROLES_OF_KIND[one.kind]) <= known["roles"].get(one.organisation_id, set()):
        yield Defect(at("organisation_id"), "not_a_contractor", {"kind": one.kind})
    if not is_iban(one.iban):
        yield Defect(at("iban"), "iban_invalid")
    if one.valid_to is not None and one.valid_to < one.valid_from:
        yield Defect(at("valid_to"), "period_ends_before_it_starts")
    if one.cap_tiyn is not None and not 0 <= one.cap_tiyn <= MAX_TIYN:
        yield Defect(at("cap_tiyn"), "out_of_range", {"min": 0, "max": MAX_TIYN})
    for leg, name in (("collection", "base_id"), ("recycling", "facility_id")):
        place = getattr(one, name)
        if place is not None and known[name].get(place) != one.organisation_id:
            yield Defect(at(name), "not_found")
        elif place is None and leg in LEGS[one.kind]:
            yield Defect(at(name), "required_for_kind", {"kind": one.kind})
    for name in ("categories", "regions"):
        if not getattr(one, name):
            yield Defect(at(name), "empty")
    yield from masses_wrong(one.categories, at("categories"), "quota_g", known["categories"])
    for m, region in enumerate(one.regions):
        if region not in known["regions"]:
            yield Defect(f"{at('regions')}/{m}", "unknown_region", {"value": region})
        elif region in one.regions[:m]:
            yield Defect(f"{at('regions')}/{m}", "duplicate", {"value": region})


def is_iban(text: str) -> bool:
    """An account number of a bank in Kazakhstan: KZ, two check digits, three of the bank, thirteen more."""
    number = ibans.compact(text)
    return text.isascii() and number.startswith("KZ") and ibans.is_valid(number)


def _refuse_taken_numbers(contracts: Sequence[NewContract], programmes: dict[str, UUID]) -> None:
    numbers = [(programmes[one.programme], one.number) for one in contracts]
    taken, times = set(Contract.objects.filter(
        programme__in=programmes.values(), number__in=[number for _, number in numbers],
    ).values_list("programme_id", "number")), Counter(numbers)
    defects = [
        Defect(pointer(contracts, n, "number"), ContractNumberTaken.code)
        for n, number in enumerate(numbers) if number in taken or times[number] > 1
    ]
    if defects:  # between two at once the unique index decides
        raise ContractNumberTaken(defects=defects)
