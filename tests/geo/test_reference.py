"""What `load_reference` puts into the tables of geo."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import Substr

from geo import reference
from geo.models import District, Kato, Piece, Place, PlaceName, Population, Region

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

TABLES = [
    "geo_region", "geo_district", "geo_kato", "geo_place", "geo_placename", "geo_population", "geo_piece",
    "waste_category", "waste_stream", "waste_wastecode", "waste_categorycode", "waste_unukey",
]
WITHOUT_POLYGON = {"615500000", "635500000", "636300000", "711610000"}


def scalar(sql: str):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_every_row_of_the_files_is_there():
    assert Region.objects.count() == 20
    assert District.objects.filter(polygon__isnull=False).count() == 224
    assert set(District.objects.filter(polygon=None).values_list("kato", flat=True)) == WITHOUT_POLYGON
    assert Counter(Kato.objects.values_list("level", flat=True)) == {
        "oblast": 20, "district": 209, "sub_district": 2379, "settlement": 12986,
    }
    assert Counter(Place.objects.values_list("kind", flat=True)) == {"town": 351, "village": 1094}
    assert PlaceName.objects.filter(official=False).count() <= 2187 < PlaceName.objects.count()


def test_a_second_load_rewrites_no_row():
    def rows():
        return {table: scalar(f"SELECT md5(string_agg(t.xmin || t::text, '' ORDER BY t::text)) FROM {table} t")
                for table in TABLES}

    before = rows()
    call_command("load_reference", verbosity=0)
    assert rows() == before


def test_the_command_says_what_it_did(capsys):
    call_command("load_reference")
    told = capsys.readouterr().out
    assert " 15,594 KATO " in told and "    842 waste codes " in told
    assert told.splitlines()[-1].startswith("Reference data loaded in ")


def test_a_load_mends_what_was_changed_lost_or_added():
    PlaceName.objects.create(place=Place.objects.first(), name="Nowhere", normal="nowhere", official=False)
    Region.objects.filter(kato="750000000").update(name_ru="?", population=None)
    Population.objects.filter(year=2023).delete()
    Piece.objects.filter(region_id="750000000").delete()
    pieces = scalar("SELECT count(*) FROM geo_piece")
    call_command("load_reference", verbosity=0)
    almaty = Region.objects.get(kato="750000000")
    assert almaty.name_ru == "г.Алматы"
    assert almaty.population == Population.objects.get(kato="750000000", year=2023).total == 2_161_695
    assert not PlaceName.objects.filter(name="Nowhere").exists()
    assert scalar("SELECT count(*) FROM geo_piece") > pieces


def test_districts_fill_their_regions_and_pieces_fill_both():
    regions = scalar("SELECT sum(ST_Area(polygon)) FROM geo_region")
    assert scalar("SELECT sum(ST_Area(polygon)) FROM geo_district") == pytest.approx(regions, rel=1e-9)
    assert scalar("SELECT sum(ST_Area(polygon)) FROM geo_piece") == pytest.approx(regions, rel=1e-9)
    assert scalar("SELECT max(ST_NPoints(polygon)) FROM geo_piece") <= 65
    official_km2 = 2_724_902
    assert scalar("SELECT sum(ST_Area(polygon::geography)) / 1e6 FROM geo_region") == pytest.approx(official_km2, 0.002)
    assert scalar("SELECT bool_and(ST_IsValid(polygon) AND ST_IsValid(overview)) FROM geo_region")


def test_codes_nest():
    assert not Kato.objects.filter(parent=None).exclude(level="oblast").exists()
    assert set(Region.objects.values_list("kato")) == set(Kato.objects.filter(level="oblast").values_list("kato"))
    assert not District.objects.exclude(kato__in=Kato.objects.values("kato")).exists()
    assert not District.objects.exclude(region__kato__startswith=Substr("kato", 1, 2)).exists()


def test_population_adds_up_to_the_country():
    assert Region.objects.aggregate(total=Sum("population"))["total"] == 19_765_004
    assert Population.objects.get(kato="000000000", year=2023).total == 19_765_004
    assert District.objects.aggregate(total=Sum("population"))["total"] == 19_765_004
    years = Population.objects.values("year").annotate(units=Count("kato")).order_by("year")
    assert (years[0]["year"], years.last()["year"]) == (2000, 2023)


def test_units_younger_than_the_house_say_since_when():
    young = dict(Region.objects.filter(valid_from__isnull=False).values_list("name_en", "valid_from"))
    assert young == {
        "Abai Region": date(2022, 6, 8), "Jetisu Region": date(2022, 6, 8), "Ulytau Region": date(2022, 6, 8),
        "Shymkent": date(2018, 6, 19),
    }


@pytest.mark.parametrize("ground", ["null", '{"type": "MultiPolygon", "coordinates": []}'])
def test_a_region_without_a_polygon_is_named_and_nothing_is_written(tmp_path, monkeypatch, ground):
    for path in reference.DATA.iterdir():
        (tmp_path / path.name).symlink_to(path)
    file = tmp_path / "kz_regions.geojson"
    features = json.loads(file.read_text(encoding="utf-8"))
    features["features"][7]["geometry"] = json.loads(ground)
    file.unlink()
    file.write_text(json.dumps(features), encoding="utf-8")
    monkeypatch.setattr(reference, "DATA", tmp_path)
    Region.objects.filter(kato="710000000").update(name_en="Elsewhere")
    kato = features["features"][7]["properties"]["kato"]
    with pytest.raises(CommandError, match=f"kz_regions.geojson: {kato} has no polygon. Nothing was written."):
        call_command("load_reference", verbosity=0)
    assert Region.objects.get(kato="710000000").name_en == "Elsewhere"
