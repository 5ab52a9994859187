"""What each load is, whose it is and where it goes: from its job, or judged from what the collector says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.gis.geos import Point

from collection.contracts.models import Contract, ContractCategory
from collection.contracts.states import LEGS
from collection.dispatch.models import Job
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.refusals import Defect, NotFound, Unprocessable
from collection.pickups.models import Pickup
from collection.registry.models import Site
from collection.registry.rules import pointer
from collection.registry.steps import OutsideCountry, locate
from collection.waste.models import Category, CategoryCode

from .refusals import ForeignOrigin, Wrongs

if TYPE_CHECKING:
    from .loads import Load


def describe(actor: Actor, loads: Sequence[Load], jobs: Mapping[UUID | None, Job],
             wrongs: Wrongs) -> dict[int, dict[str, Any]]:
    """The columns of each consignment by its place in the list; what is wrong goes to `wrongs`, and its place is left out.

    Raises NotFound for a contract or site the actor may not name.
    """
    asked = {c for one in loads for c in (one.collector_contract_id, one.recycler_contract_id) if c}
    contracts = {one.pk: one for one in Contract.objects.select_related("organisation").filter(pk__in=asked)}
    covered = set(ContractCategory.objects.filter(contract__in=asked).values_list("contract_id", "category_id"))
    own = [n for n, one in enumerate(loads) if not one.job_id]
    places = places_of(actor, loads, own, wrongs)
    judge = Judge(actor, loads, contracts, covered, wrongs)
    described = {}
    for n, one in enumerate(loads):
        if one.job_id:
            columns = _from_job(jobs[one.job_id])
        else:
            collector = judge.contract(n, "collector_contract_id", "collection", one.category,
                                       contract_id=one.collector_contract_id, day=almaty_date(one.loaded_at))
            if not (actor.is_house or collector.organisation_id == actor.organisation_id):
                raise NotFound(defects=[Defect(pointer(loads, n, "collector_contract_id"), NotFound.code)])
            columns = {
                "programme_id": collector.programme_id, "category_id": one.category, "waste_code_id": one.waste_code,
                "origin": one.origin, "collector_id": collector.organisation_id, "collector_contract_id": collector.pk,
                "recycler_contract_id": None, "vehicle_id": None, "driver_id": None,
            } | places.get(n, {})
        if columns["recycler_contract_id"] is None:
            if one.recycler_contract_id is None:
                wrongs.add(Unprocessable, n, "recycler_contract_id", "recycler_needed")
                continue
            recycler = judge.contract(n, "recycler_contract_id", "recycling", columns["category_id"],
                                      contract_id=one.recycler_contract_id, day=almaty_date(one.loaded_at),
                                      programme_id=columns["programme_id"])
            columns |= {"recycler_id": recycler.organisation_id, "recycler_contract_id": recycler.pk,
                        "facility_id": recycler.facility_id}
        columns["vehicle_id"] = one.vehicle_id or (None if one.plate else columns["vehicle_id"])
        if columns["driver_id"] is None and actor.role == "driver":
            columns["driver_id"] = actor.user_id
        described[n] = columns
    _codes(loads, own, wrongs)
    return described


def _from_job(job: Job) -> dict[str, Any]:
    pickup = job.pickup
    return {
        "programme_id": pickup.programme_id, "category_id": pickup.category_id, "waste_code_id": pickup.waste_code_id,
        "origin": pickup.origin, "generator_id": pickup.generator_id, "region_id": pickup.region_id,
        "district_id": pickup.district_id, "point": pickup.point,
        "collector_id": job.organisation_id, "collector_contract_id": job.contract_id,
        "recycler_id": job.recycler_id, "recycler_contract_id": job.recycler_contract_id,
        "facility_id": job.facility_id, "vehicle_id": job.vehicle_id, "driver_id": job.driver_id,
    }


class Judge:
    """Whether a contract may take a new load that day: in force, of the right kind, for this category."""

    def __init__(self, actor: Actor, loads: Sequence[object], contracts: Mapping[UUID, Contract],
                 covered: set[tuple[UUID, str]], wrongs: Wrongs) -> None:
        self.actor, self.loads, self.contracts, self.covered, self.wrongs = actor, loads, contracts, covered, wrongs

    def contract(self, n: int, name: str, leg: str, category: str, *, contract_id: UUID | None, day: date,
                 programme_id: UUID | None = None) -> Contract:
        found = self.contracts.get(contract_id)  # type: ignore[arg-type]
        if found is None or found.state == "draft" or programme_id not in (None, found.programme_id):
            raise NotFound(defects=[Defect(pointer(self.loads, n, name), NotFound.code)])
        if leg not in LEGS[found.kind]:
            self.wrongs.add(Unprocessable, n, name, "wrong_kind", kind=found.kind)
        if found.state != "active" or day not in found.valid or found.organisation.suspended_at:
            self.wrongs.add(Unprocessable, n, name, "contract_not_live", state=found.state)
        if (found.pk, category) not in self.covered:
            self.wrongs.add(Unprocessable, n, name, "category_not_in_contract", category=category)
        return found


def places_of(actor: Actor, loads: Sequence[Load], own: Sequence[int], wrongs: Wrongs) -> dict[int, dict[str, Any]]:
    """Where each own load arose: its site's region and generator, or the region its point lies in."""
    asked = {loads[n].site_id for n in own}
    sites = {one.pk: one for one in Site.objects.filter(pk__in=[pk for pk in asked if pk])}
    if not actor.is_house:  # one's own sites, and those one has been sent to
        visited = set(Pickup.objects.filter(site__in=sites, collector_id=actor.organisation_id).values_list(
            "site_id", flat=True))
        sites = {pk: one for pk, one in sites.items()
                 if one.organisation_id == actor.organisation_id or pk in visited}
    pointed = [n for n in own if loads[n].site_id is None and loads[n].point is not None]
    try:
        located = locate([loads[n].point for n in pointed], [pointer(loads, n, "point") for n in pointed])  # type: ignore[misc]
    except OutsideCountry as refusal:
        wrongs.found += [(OutsideCountry, defect) for defect in refusal.defects]
        located = []
    found: dict[int, dict[str, Any]] = {
        n: {"generator_id": None, "region_id": where.region_kato, "district_id": where.district_kato,
            "point": Point(*loads[n].point, srid=4326)}  # type: ignore[misc]
        for n, where in zip(pointed, located, strict=False)
    }
    for n in own:
        site_id = loads[n].site_id
        if site_id is None:
            if loads[n].point is None:
                wrongs.add(Unprocessable, n, "site_id", "place_needed")
        elif site_id not in sites:
            raise NotFound(defects=[Defect(pointer(loads, n, "site_id"), NotFound.code)])
        else:
            site = sites[site_id]
            found[n] = {"generator_id": site.organisation_id, "region_id": site.region_id,
                        "district_id": site.district_id, "point": site.point}
    return found


def _codes(loads: Sequence[Load], own: Sequence[int], wrongs: Wrongs) -> None:
    """Origin, category and waste code of own loads: the pickup's were judged when it was submitted."""
    categories = set(Category.objects.values_list("code", flat=True)) if own else set()
    codes = {loads[n].waste_code for n in own}
    allowed = set(CategoryCode.objects.filter(code__in=[code for code in codes if code]).values_list(
        "category_id", "code_id"))
    for n in own:
        one = loads[n]
        if one.origin == "foreign":
            wrongs.add(ForeignOrigin, n, "origin")
        if one.category not in categories:
            wrongs.add(Unprocessable, n, "category", "unknown_category", value=one.category)
        elif one.waste_code and (one.category, one.waste_code) not in allowed:
            wrongs.add(Unprocessable, n, "waste_code", "code_not_in_category", category=one.category)
