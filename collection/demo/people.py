"""Who takes part in the replay: officers, programmes, contractors with their places, generators with their sites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from collection.accounts import steps as accounts
from collection.accounts.models import Membership
from collection.contracts import operations as contracts
from collection.contracts.models import Programme
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.calendar import ALMATY
from collection.kernel.ids import uuid7
from collection.kernel.words import Words
from collection.registry import operations as registry

from . import assumptions as assume, cast
from .plan import Plan, PlannedContract

REPLAYED, LIVE = "ecoqolday-replay", "ecoqolday-live"
BANK_CODE = "125"  # of the synthetic accounts


@dataclass(frozen=True, slots=True)
class Party:
    """One contract with everything it moves and weighs with."""

    contract_id: UUID
    organisation_id: UUID
    admin: Actor
    facility_id: UUID | None
    scale_id: UUID | None
    light_id: UUID | None  # a 5 t lorry
    heavy_id: UUID | None  # a 25 t lorry
    plates: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Holder:
    """A generator and its one site."""

    actor: Actor
    site_id: UUID


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ALMATY)


def iban(index: int) -> str:
    """The `index`-th synthetic Kazakh account: KZ, two check digits (ISO 13616), bank, thirteen digits."""
    rest = f"{BANK_CODE}{index:013d}"
    checks = 98 - int(rest + "203500") % 97  # K = 20, Z = 35
    return f"KZ{checks:02d}{rest}"


def officers(at: datetime) -> dict[str, Actor]:
    """The operator and its officers, one user a role."""
    operator = uuid7(at)
    number = cast.company_number(0, series=9)
    accounts.add_organisation(id=operator, kind="company", identity_number=number, name="Оператор РОП (синтетический)",
                              at=at, is_operator=True, synthetic=True)
    found = {}
    for title, phone in cast.OFFICERS.items():
        role = title.removeprefix("second_")
        user = accounts.add_user(id=uuid7(at), phone=phone, name=f"Synthetic {title}", language="ru", at=at)
        accounts.add_membership(id=uuid7(at), user_id=user, organisation_id=operator, role=role, at=at)
        found[title] = Actor(user, operator, role)
    return found


def officer(title: str) -> Actor:
    """One of the officers that `officers` added."""
    member = Membership.objects.get(user__phone=cast.OFFICERS[title])
    return Actor(member.user_id, member.organisation_id, member.role)


def programmes(at: datetime, manager: Actor) -> dict[str, UUID]:
    """The replayed programme, which the figures are published for, and the live one beside it."""
    contracts.create_programme(
        actor=manager, at=at, code=REPLAYED,
        name=Words("EcoQolday (қайта жасалған, синтетикалық)", "EcoQolday (воспроизведение, синтетика)",
                   "EcoQolday (replayed, synthetic)"),
        starts_on=assume.STARTS_ON, ends_on=assume.ENDS_ON, ceiling_tiyn=assume.CEILING_TIYN, fitting_first=True,
        synthetic=True)
    contracts.create_programme(
        actor=manager, at=at, code=LIVE,
        name=Words("EcoQolday (тікелей, синтетикалық)", "EcoQolday (живая, синтетика)", "EcoQolday (live, synthetic)"),
        starts_on=date(2026, 1, 1), synthetic=True)
    for code in (REPLAYED, LIVE):
        contracts.load_published_prices(actor=manager, at=at, programme=code)
    return dict(Programme.objects.filter(code__in=(REPLAYED, LIVE)).values_list("code", "id"))


def parties(at: datetime, planned: list[PlannedContract], *, programme: str, series: int, quotas: dict[int, dict[str, int]],
            capacities: dict[int, dict[str, int]], lapsed: frozenset[int], valid: tuple[date, date],
            manager: Actor, finance: Actor, first: int = 0,
            working_days: tuple[int, ...] | None = None) -> list[Party]:
    """Contractors, their places, lorries and scales, and their contracts: drawn up by one officer, approved by another.

    `first`: the index in the series from which their numbers, telephones, plates and accounts are counted.
    """
    people = contracts.register_contractors(actor=manager, at=at, contractors=[
        contracts.NewContractor(
            contract_kind=one.kind, identity_number=cast.company_number(first + n, series=series),
            name=f"ТОО «Синтетика {series}-{first + n + 1}»", phone=cast.phone_number(first + n, series=series),
            user_name=f"Synthetic contractor {series}-{first + n + 1}", synthetic=True)
        for n, one in enumerate(planned)
    ])
    homes = _for_each(planned, lambda one: one.kind != "recycling", lambda n, one: registry.NewPlace(
        people[n].organisation_id, f"База, {one.town.name}", one.town.longitude, one.town.latitude,
        working_days=working_days),
        lambda new: registry.add_bases(actor=HOUSE, at=at, bases=new))
    plants = _for_each(planned, lambda one: one.kind != "collection", lambda n, one: registry.NewFacility(
        people[n].organisation_id, f"Завод, {one.town.name}", one.town.longitude, one.town.latitude,
        working_days=working_days, capacities=tuple(sorted(capacities[n].items()))),
        lambda new: registry.add_facilities(actor=HOUSE, at=at, facilities=new))
    scales = _for_each(planned, lambda one: one.kind != "collection", lambda n, one: registry.NewScale(
        people[n].organisation_id, f"SC-{series}{first + n:04d}", f"KZ-CAL-{series}{first + n:04d}", valid[0],
        assume.SCALES_LAPSED_ON if n in lapsed else valid[1], plants[n].id),
        lambda new: registry.add_scales(actor=HOUSE, at=at, scales=new))
    lorries = {
        payload_t: registry.add_vehicles(actor=HOUSE, at=at, vehicles=[
            registry.NewVehicle(
                people[n].organisation_id, cast.plate(series * 1_000_000 + (first + n) * 2 + step), payload_t * assume.T)
            for n in range(len(planned))])
        for step, payload_t in enumerate((5, 25))
    }
    drawn = contracts.draw_up_contracts(actor=manager, at=at, contracts=[
        contracts.NewContract(
            programme=programme, organisation_id=people[n].organisation_id, number=one.number, kind=one.kind,
            valid_from=valid[0], valid_to=valid[1], iban=iban(series * 1_000_000 + first + n), vat_payer=n % 4 != 0,
            base_id=homes[n].id if n in homes else None, facility_id=plants[n].id if n in plants else None,
            categories=tuple(sorted(quotas[n].items())), regions=one.regions)
        for n, one in enumerate(planned)
    ])
    contracts.approve_contracts(actor=finance, at=at, contract_ids=[one.id for one in drawn])
    return [
        Party(
            contract.id, person.organisation_id, Actor(person.user_id, person.organisation_id, person.roles[0]),
            plants[n].id if n in plants else None, scales[n].id if n in scales else None,
            lorries[5][n].id, lorries[25][n].id, (lorries[5][n].plate, lorries[25][n].plate))
        for n, (contract, person) in enumerate(zip(drawn, people, strict=True))
    ]


def holders(plan: Plan, *, programme: str) -> list[Holder]:
    """The generators, each enrolled on its day, a month at a time."""
    found: list[Holder] = []
    for month in sorted({one.enrolled_on.replace(day=1) for one in plan.generators}):
        of_month = [one for one in plan.generators if one.enrolled_on.replace(day=1) == month]
        at = noon(max(one.enrolled_on for one in of_month))
        registered = contracts.register_generators(actor=HOUSE, at=at, generators=[
            contracts.NewGenerator(
                programme=programme, kind="person" if one.index % 3 == 0 else "company",
                identity_number=cast.person_number(one.index) if one.index % 3 == 0
                else cast.company_number(one.index, series=1),
                name=f"Синтетический образователь {one.index + 1}", phone=cast.phone_number(one.index, series=4),
                user_name=f"Synthetic generator {one.index + 1}",
                site=contracts.NewSite(one.town.name, one.town.longitude, one.town.latitude, one.town.name))
            for one in of_month
        ])
        found += [Holder(Actor(one.user_id, one.organisation_id, "generator_admin"), one.site.id)
                  for one in registered if one.site]
    return found


def _for_each(planned: list[PlannedContract], fits: Callable[[PlannedContract], bool],
              make: Callable[[int, PlannedContract], Any], add: Callable[[list[Any]], list[Any]]) -> dict[int, Any]:
    """Add something for the contracts it fits, in one call; the index of each contract -> what it got."""
    which = [n for n, one in enumerate(planned) if fits(one)]
    return dict(zip(which, add([make(n, planned[n]) for n in which]), strict=True))


def needs(plan: Plan) -> tuple[dict[int, dict[str, int]], dict[int, dict[str, int]]]:
    """What each planned contract must be allowed: quota in grams per category, and the plants' grams a month.

    Quotas leave room above the plan (a contract is signed for more than is brought); plants hold twice their busiest
    month, because a licence is bought for the plant and not for the programme.
    """
    quota: dict[int, dict[str, int]] = {n: dict.fromkeys(one.categories, 500 * assume.T)
                                        for n, one in enumerate(plan.contracts)}
    month: dict[tuple[int, str, date], int] = {}
    for load in plan.loads:
        for n in {load.collector, load.recycler}:
            quota[n][load.category] = quota[n].get(load.category, 0) + load.net_g * 3 // 2
        key = (load.recycler, load.category, load.on.replace(day=1))
        month[key] = month.get(key, 0) + load.net_g
    for n, one in enumerate(plan.contracts):  # applications go to whoever is nearest: any contract may get them all
        for category in one.categories:
            quota[n][category] += sum(a.declared_g for a in plan.applications if a.category == category)
    capacity = {
        n: {category: 2 * max([g for (m, c, _), g in month.items() if m == n and c == category] or [0]) + 1_000 * assume.T
            for category in one.categories}
        for n, one in enumerate(plan.contracts) if one.kind != "collection"
    }
    return quota, capacity
