"""Reads: programmes, prices on a day, contracts and what is left of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound
from collection.kernel.words import Words

from ..models import Contract, ContractQuerySet, Programme
from ..offering import Reach, weights_of
from .applications import ApplicationView, Funnel, Step, application, applications, funnel
from .prices import (
    Price,
    TariffChangeView,
    index_prices,
    period_of,
    price_list,
    rates_on,
    tariff_change,
    tariff_changes,
    tariff_prices,
    vat_prices,
)

__all__ = [
    "Allowance", "ApplicationView", "ContractDetail", "Funnel", "Price", "ProgrammeDetail", "PublicContract", "Step",
    "TariffChangeView", "application", "applications", "contract", "contracts", "details", "funnel", "index_prices",
    "period_of", "price_list", "programme_by_code", "programme_detail", "programme_ids", "programmes",
    "public_contracts", "rates_on", "tariff_change", "tariff_changes", "tariff_prices", "vat_prices",
]


@dataclass(frozen=True, slots=True)
class ProgrammeDetail:
    id: UUID
    code: str
    name: Words
    synthetic: bool
    starts_on: date
    ends_on: date | None  # the last day
    ceiling_tiyn: int | None
    offer_life_s: int
    wave_size: int
    widening: list[dict[str, Any]]  # of `offering.Reach`
    weights: dict[str, float]  # all of `offering.Weights`
    max_trips: int
    holidays: list[date]
    unserved_alarm_g: int | None
    whole_payee: str
    version: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """A contract's quota of one category over its validity. `left_g` below zero: more came than was agreed."""

    category: str
    quota_g: int
    used_g: int  # reserved and used together
    left_g: int


@dataclass(frozen=True, slots=True)
class ContractDetail:
    id: UUID
    programme: str
    organisation_id: UUID
    organisation: str
    number: str
    kind: str
    state: str
    valid_from: date
    valid_to: date | None  # the last day
    cap_tiyn: int | None
    cap_used_tiyn: int
    cap_left_tiyn: int | None
    iban: str
    vat_payer: bool
    base_id: UUID | None
    facility_id: UUID | None
    categories: tuple[Allowance, ...]
    regions: tuple[str, ...]
    drawn_up_by: UUID | None
    approved_by: UUID | None
    created_at: datetime
    approved_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class PublicContract:
    """What everybody may know of a contract in force."""

    number: str
    kind: str
    organisation: str
    valid_from: date
    valid_to: date | None
    categories: tuple[str, ...]
    regions: tuple[str, ...]


def programme_by_code(code: str) -> ProgrammeDetail:
    """Raises NotFound."""
    found = Programme.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return programme_detail(found)


def programmes(*, after: str | None = None, limit: int | None = None) -> list[ProgrammeDetail]:
    """By code, after the code `after`."""
    found = Programme.objects.filter(code__gt=after or "").order_by("code")[:limit]
    return [programme_detail(row) for row in found]


def programme_detail(row: Programme) -> ProgrammeDetail:
    return ProgrammeDetail(
        row.id, row.code, Words(row.name_kk, row.name_ru, row.name_en), row.synthetic, row.starts_on, row.ends_on,
        row.ceiling_tiyn, row.offer_life_s, row.wave_size, row.widening or [asdict(Reach())],
        asdict(weights_of(row.weights)), row.max_trips, sorted(row.holidays), row.unserved_alarm_g, row.whole_payee,
        row.version,
    )


def contract(actor: Actor, contract_id: UUID) -> ContractDetail:
    """One contract with what is used and left of its quotas and cap; NotFound for a stranger's."""
    found = details(Contract.objects.visible_to(actor).filter(pk=contract_id))
    if not found:
        raise NotFound
    return found[0]


def contracts(actor: Actor, *, programme: str | None = None, state: str | None = None, kind: str | None = None,
              after: UUID | None = None, limit: int | None = None) -> list[ContractDetail]:
    """The actor's own, or all for the operator's staff, in the order they were drawn up."""
    asked = {"programme__code": programme, "state": state, "kind": kind, "pk__gt": after}
    found = Contract.objects.visible_to(actor).filter(**{name: value for name, value in asked.items() if value})
    return details(found, limit=limit)


def details(found: ContractQuerySet, *, limit: int | None = None) -> list[ContractDetail]:
    """Contracts with everything that hangs on them: four queries, however many there are."""
    listed = list(found.select_related("programme", "organisation").order_by("pk")[:limit])
    ids = [row.id for row in listed]
    used = {
        (row["contract_id"], row["category_id"]): row["used"]
        for row in rows(
            "SELECT contract_id, category_id, sum(amount)::bigint AS used FROM contracts_allotment "
            "WHERE contract_id = ANY(%s) AND of IN ('quota', 'cap') GROUP BY contract_id, category_id",
            [ids],
        )
    }
    quotas = _by_contract(
        "SELECT contract_id, category_id, quota_g FROM contracts_contractcategory quota "
        "JOIN waste_category category ON category.code = quota.category_id "
        "WHERE contract_id = ANY(%s) ORDER BY category.position", ids)
    regions = _by_contract(
        "SELECT contract_id, region_id FROM contracts_contractregion WHERE contract_id = ANY(%s) ORDER BY 2", ids)
    return [_detail(row, used, quotas.get(row.id, []), regions.get(row.id, [])) for row in listed]


def _by_contract(sql: str, ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows(sql, [ids]):
        found.setdefault(row["contract_id"], []).append(row)
    return found


def _detail(row: Contract, used: dict[tuple[UUID, str | None], int], quotas: list[dict[str, Any]],
            regions: list[dict[str, Any]]) -> ContractDetail:
    valid, cap_used = period_of(row.valid), used.get((row.id, None), 0)
    return ContractDetail(
        id=row.id, programme=row.programme.code, organisation_id=row.organisation_id,
        organisation=row.organisation.name, number=row.number, kind=row.kind, state=row.state,
        valid_from=valid.first, valid_to=valid.last,
        cap_tiyn=row.cap_tiyn, cap_used_tiyn=cap_used,
        cap_left_tiyn=None if row.cap_tiyn is None else row.cap_tiyn - cap_used,
        iban=row.iban, vat_payer=row.vat_payer, base_id=row.base_id, facility_id=row.facility_id,
        categories=tuple(_allowance(one, used) for one in quotas),
        regions=tuple(one["region_id"] for one in regions),
        drawn_up_by=row.drawn_up_by, approved_by=row.approved_by, created_at=row.created_at,
        approved_at=row.approved_at, version=row.version,
    )


def _allowance(quota: dict[str, Any], used: dict[tuple[UUID, str | None], int]) -> Allowance:
    used_g = used.get((quota["contract_id"], quota["category_id"]), 0)
    return Allowance(quota["category_id"], quota["quota_g"], used_g, quota["quota_g"] - used_g)


def public_contracts(programme: str) -> list[PublicContract]:
    """The programme's register of contracts in force, by number. One query."""
    return [
        PublicContract(
            row["number"], row["kind"], row["organisation"], row["valid_from"], row["valid_to"],
            tuple(row["categories"]), tuple(row["regions"]),
        )
        for row in rows(
            """
            SELECT contract.number, contract.kind, organisation.name AS organisation,
                   lower(contract.valid) AS valid_from, upper(contract.valid) - 1 AS valid_to,
                   ARRAY(SELECT category_id FROM contracts_contractcategory WHERE contract_id = contract.id ORDER BY 1)
                       AS categories,
                   ARRAY(SELECT region_id FROM contracts_contractregion WHERE contract_id = contract.id ORDER BY 1)
                       AS regions
            FROM contracts_contract contract
            JOIN contracts_programme programme ON programme.id = contract.programme_id
            JOIN accounts_organisation organisation ON organisation.id = contract.organisation_id
            WHERE programme.code = %s AND contract.state = 'active' ORDER BY contract.number
            """,
            [programme],
        )
    ]


def programme_ids(codes: Iterable[str]) -> dict[str, UUID]:
    """Ids of the programmes that exist, by code."""
    return dict(Programme.objects.filter(code__in=set(codes)).values_list("code", "id"))
