"""Places know where they are; equipment is registered once; everybody sees their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from collection.audit.models import AuditLine
from collection.kernel.actor import ANONYMOUS, HOUSE, Actor
from collection.kernel.db import execute, transaction
from collection.kernel.refusals import Defect, NotFound, Unprocessable
from collection.registry import queries
from collection.registry.models import Facility, FacilityCapacity, Generator, Scale, Site, Vehicle
from collection.registry.operations import (
    NewFacility,
    NewPlace,
    NewScale,
    NewVehicle,
    OutsideCountry,
    Registered,
    add_bases,
    add_facilities,
    add_scales,
    add_sites,
    add_vehicles,
)
from collection.registry.rules import plate_of
from tests.collection.contracts.cast import ALMATY, ALMATY_KATO, ASTANA, ASTANA_KATO, AT, contractor, generator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_house_app")]


def defects(caught) -> list[tuple[str, str]]:
    return [(one.pointer, one.code) for one in caught.value.defects]


def test_the_point_alone_yields_region_district_and_kato_code(programme):
    actor, _ = generator(point=None)
    placed = add_sites(actor=actor, at=AT, sites=[NewPlace(actor.organisation_id, "Дүкен", *ALMATY, "Абай 1")])[0]
    assert (placed.region_kato, placed.precision, placed.name) == (ALMATY_KATO, "district", "Дүкен")
    assert placed.district_kato and placed.kato == placed.district_kato
    row = Site.objects.get(pk=placed.id)
    assert (row.region_id, row.district_id, row.point.coords, row.created_at) == (
        ALMATY_KATO, placed.district_kato, ALMATY, AT)
    line = AuditLine.objects.get(object_id=placed.id)
    assert (line.verb, line.actor_id, line.after["region"]) == ("site.create", actor.user_id, ALMATY_KATO)
    assert queries.site(actor, placed.id) == placed


@pytest.mark.parametrize(
    ("point", "params"),
    [
        ((43.2567, 76.9286), {"hint": "swapped"}),  # B15
        ((0.0, 0.0), {}), ((0.0, 90.0), {}), ((0.0, -90.0), {}), ((180.0, 50.0), {}), ((-180.0, 50.0), {}),  # B18
        ((87.6, 43.8), {}), ((71.4304, -51.1282), {}),  # B19: over the border; another hemisphere
    ],
)
def test_a_point_outside_the_country_is_refused(programme, point, params):
    actor, _ = generator(point=None)
    with pytest.raises(OutsideCountry) as caught:
        add_sites(actor=actor, at=AT, sites=[NewPlace(actor.organisation_id, "Shop", *point)])
    assert caught.value.defects == (Defect("/point", "outside_country", params),)
    assert not Site.objects.exists() and not AuditLine.objects.filter(verb="site.create").exists()


def test_just_over_the_border_or_off_the_shore_is_approximate(programme):
    actor, _ = generator(point=None)
    placed = add_sites(actor=actor, at=AT, sites=[NewPlace(actor.organisation_id, "Pier", 51.13, 43.65)])[0]
    assert placed.precision == "approximate" and placed.region_kato == "470000000"


def test_of_many_places_every_lost_one_is_named_and_none_is_stored(programme):
    actor, _ = generator(point=None)
    points = [ALMATY, (0.0, 0.0), ASTANA, ASTANA[::-1]]
    with pytest.raises(OutsideCountry) as caught:
        add_sites(actor=actor, at=AT, sites=[NewPlace(actor.organisation_id, "x", *point) for point in points])
    assert caught.value.defects == (
        Defect("/1/point", "outside_country"), Defect("/3/point", "outside_country", {"hint": "swapped"}))
    assert not Site.objects.exists()


def test_a_thousand_sites_cost_as_many_statements_as_one(programme):
    actor, _ = generator(point=None)
    with CaptureQueriesContext(connection) as one:
        add_sites(actor=actor, at=AT, sites=[NewPlace(actor.organisation_id, "x", *ALMATY)])
    with CaptureQueriesContext(connection) as thousand:
        add_sites(actor=actor, at=AT, sites=[NewPlace(actor.organisation_id, "x", *ALMATY)] * 1000)
    assert len(one) == len(thousand) == 3  # locate, insert, audit
    assert Site.objects.count() == 1001
    assert AuditLine.objects.filter(verb="site.create").count() == 1001


def test_nobody_adds_to_another_organisation_but_staff_on_behalf_of_a_generator(programme, manager):
    mine, _ = generator(point=None)
    other, _ = generator(point=None)
    collector = contractor("collection")
    new = NewPlace(other.organisation_id, "x", *ALMATY)
    for actor in (mine, ANONYMOUS, collector):
        with pytest.raises(NotFound):
            add_sites(actor=actor, at=AT, sites=[new])
    assert add_sites(actor=manager, at=AT, sites=[new])[0].organisation_id == other.organisation_id
    for stranger in (uuid4(), collector.organisation_id):  # unknown, and known but no generator
        with pytest.raises(NotFound):
            add_sites(actor=manager, at=AT, sites=[replace(new, organisation_id=stranger)])


def test_everybody_sees_their_own_places_and_the_staff_all(programme, manager):
    mine, made = generator()
    _, foreign = generator(point=ASTANA)
    assert [site.id for site in queries.sites(mine)] == [made.site.id]
    assert {site.id for site in queries.sites(manager)} == {made.site.id, foreign.site.id}
    assert queries.sites(Actor(uuid4(), uuid4(), "generator")) == [] == queries.sites(ANONYMOUS)
    for unseen in (foreign.site.id, uuid4()):
        with pytest.raises(NotFound):
            queries.site(mine, unseen)
    assert queries.site(manager, foreign.site.id).region_kato == ASTANA_KATO


def test_pages_follow_each_other(programme):
    actor, _ = generator(point=None)
    made = add_sites(actor=actor, at=AT, sites=[NewPlace(actor.organisation_id, str(n), *ALMATY) for n in range(7)])
    ids = sorted(one.id for one in made)
    first = queries.sites(actor, limit=3)
    assert [one.id for one in first] == ids[:3]
    assert [one.id for one in queries.sites(actor, after=first[-1].id)] == ids[3:]


def test_a_facility_comes_with_its_monthly_capacities(programme):
    actor = contractor("recycling")
    plant = add_facilities(actor=actor, at=AT, facilities=[NewFacility(
        actor.organisation_id, "Зауыт", *ASTANA, capacities=[("paper", 5), ("glass", 200_000_000)])])[0]
    assert plant.capacities == {"glass": 200_000_000, "paper": 5}
    assert queries.facility(actor, plant.id) == plant and queries.facilities(actor) == [plant]
    assert FacilityCapacity.objects.count() == 2


def test_every_wrong_capacity_is_named(programme):
    actor = contractor("recycling")
    with pytest.raises(Unprocessable) as caught:
        add_facilities(actor=actor, at=AT, facilities=[NewFacility(
            actor.organisation_id, "x", *ASTANA,
            capacities=[("glass", 0), ("gold", 1), ("paper", -1), ("paper", 10**13 + 1)])])
    assert defects(caught) == [
        ("/capacities/0/monthly_g", "out_of_range"), ("/capacities/1/category", "unknown_category"),
        ("/capacities/2/monthly_g", "out_of_range"), ("/capacities/3/category", "duplicate"),
        ("/capacities/3/monthly_g", "out_of_range"),
    ]
    assert not Facility.objects.exists()


@pytest.mark.parametrize(
    ("typed", "plate"),
    [("123ABC02", "123ABC02"), ("123 авс 02", "123ABC02"), ("a-123-bc", "A123BC"), ("ABCDEF", None), ("12", None),
     ("123Ж02", None), ("", None), ("123ABC02; DROP", None), ("１２３ABC", None)],
)
def test_plates_are_stored_one_way(typed, plate):
    assert plate_of(typed) == plate


def test_a_plate_is_registered_once_until_its_vehicle_retires(programme):
    actor, other = contractor("collection"), contractor("collection")
    made = add_vehicles(actor=actor, at=AT, vehicles=[NewVehicle(actor.organisation_id, "123 abc 02", 8_000_000)])[0]
    assert (made.plate, made.payload_g) == ("123ABC02", 8_000_000)
    again = [NewVehicle(other.organisation_id, "123ABC02", 1)]
    with pytest.raises(Registered) as caught:
        add_vehicles(actor=other, at=AT, vehicles=again)
    assert defects(caught) == [("/plate", "already_registered")]
    assert "organisation" not in str(caught.value.fields)
    Vehicle.objects.filter(pk=made.id).update(retired_at=AT)
    assert add_vehicles(actor=other, at=AT, vehicles=again)[0].plate == "123ABC02"
    assert len(queries.vehicles(HOUSE)) == 2 and len(queries.vehicles(other)) == 1


def test_vehicles_wrong_in_several_ways(programme):
    actor = contractor("collection")
    with pytest.raises(Unprocessable) as caught:
        add_vehicles(actor=actor, at=AT, vehicles=[
            NewVehicle(actor.organisation_id, "??", 0), NewVehicle(actor.organisation_id, "777AAA01", 40_000_001)])
    assert defects(caught) == [("/0/plate", "plate_invalid"), ("/0/payload_g", "out_of_range"),
                               ("/1/payload_g", "out_of_range")]
    with pytest.raises(Registered) as caught:
        add_vehicles(actor=actor, at=AT, vehicles=[NewVehicle(actor.organisation_id, "777AAA01", 1)] * 2)
    assert defects(caught) == [("/0/plate", "already_registered"), ("/1/plate", "already_registered")]


def test_scales_carry_their_certificate_even_a_lapsed_one(programme):
    actor, other = contractor("recycling"), contractor("recycling")
    plant, foreign = (
        add_facilities(actor=one, at=AT, facilities=[NewFacility(one.organisation_id, "Plant", *ASTANA)])[0]
        for one in (actor, other))
    new = NewScale(actor.organisation_id, "W-1", "KZ-77", date(2022, 1, 1), date(2023, 1, 1), plant.id)
    made = add_scales(actor=actor, at=AT, scales=[new])[0]
    assert (made.facility_id, made.certified_until) == (plant.id, date(2023, 1, 1))
    assert queries.scale(actor, made.id) == made
    with pytest.raises(Unprocessable) as caught:
        add_scales(actor=actor, at=AT, scales=[
            replace(new, serial="W-2", facility_id=foreign.id, certified_until=date(2021, 1, 1)),
            replace(new, serial="W-3", facility_id=uuid4())])
    assert defects(caught) == [("/0/certified_until", "certificate_ends_before_it_starts"),
                               ("/0/facility_id", "not_found"), ("/1/facility_id", "not_found")]
    with pytest.raises(Registered):
        add_scales(actor=actor, at=AT, scales=[new])
    assert Scale.objects.count() == 1


def test_bases_are_for_anyone_with_a_fleet(programme, manager):
    actor = contractor("collection")
    made = add_bases(actor=actor, at=AT, bases=[NewPlace(actor.organisation_id, "Garage", *ASTANA)])[0]
    assert queries.bases(actor) == [made] == [queries.base(manager, made.id)]
    assert not Generator.objects.filter(pk=actor.organisation_id).exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE registry_vehicle SET payload_g = 0",
        "UPDATE registry_facilitycapacity SET monthly_g = -1",
        "UPDATE registry_scale SET certified_until = certified_from - 1",
        "INSERT INTO registry_vehicle SELECT gen_random_uuid(), plate, payload_g, created_at, NULL, organisation_id "
        "FROM registry_vehicle",
    ],
)
def test_the_database_itself_refuses(programme, sql):
    actor = contractor("recycling")
    add_vehicles(actor=actor, at=AT, vehicles=[NewVehicle(actor.organisation_id, "123ABC02", 1)])
    add_facilities(actor=actor, at=AT, facilities=[
        NewFacility(actor.organisation_id, "x", *ASTANA, capacities=[("glass", 1)])])
    add_scales(actor=actor, at=AT, scales=[
        NewScale(actor.organisation_id, "W", "C", date(2026, 1, 1), date(2027, 1, 1))])
    with pytest.raises(IntegrityError), transaction():
        execute(sql)
