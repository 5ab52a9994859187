"""Loading the reference data of `data/` (sources and licences: NOTICE). Idempotent: a second load writes nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from collection.kernel.bulk import Upserted, upsert

from .gazetteer import normal
from .models import SRID, District, Kato, Place, PlaceName, Population, Region

DATA = Path(__file__).parent / "data"
#: The workbook counts 1 January 2023 in full; the yearly series is 1,803 people off it for that year.
WORKBOOK_YEAR = 2023

Row = dict[str, str]
Progress = Callable[[str, Upserted], None]  # told the name and the outcome of each table of TABLES


def load(progress: Progress = lambda name, done: None) -> None:
    """Bring every table of this cellar to what the files say. Call it inside a transaction."""
    for name, step in TABLES.items():
        progress(name, step())


# --- the files -----------------------------------------------------------------------------------------------

def read(name: str) -> Iterator[Row]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


class NoPolygon(Exception):
    """A map's file names a unit without its ground: no point could be found in it, so nothing of the load is written."""


def features(name: str) -> Iterator[tuple[dict[str, Any], str]]:
    """(properties, polygon as EWKT) of each feature of a GeoJSON file of MultiPolygons. Raises NoPolygon, naming the unit."""
    for feature in json.loads((DATA / f"{name}.geojson").read_text(encoding="utf-8"))["features"]:
        shape = feature["geometry"] or {}
        if not shape.get("coordinates"):
            raise NoPolygon(f"{name}.geojson: {feature['properties'].get('kato')} has no polygon")
        yield feature["properties"], f"SRID={SRID};MULTIPOLYGON{wkt(shape['coordinates'])}"


def wkt(part: list[Any]) -> str:
    """The nested coordinates of GeoJSON in the nested brackets of WKT."""
    return f"({','.join(map(wkt, part))})" if isinstance(part[0], list) else f"{part[0]} {part[1]}"


def point(longitude: float | str, latitude: float | str) -> str:
    return f"SRID={SRID};POINT({longitude} {latitude})"


def populations() -> dict[str, int]:
    return {row["kato"]: int(row["total"]) for row in read("kz_population_2023")}


def notes() -> dict[str, Row]:
    """What the other files lack about a unit: its English name, the day it began."""
    return {row["kato"]: row for row in read("kz_units")}


# --- the tables ----------------------------------------------------------------------------------------------

def classifier() -> Upserted:
    columns = ["kato", "parent_id", "level", "type_code", "name_kk", "name_ru"]
    rows = ([r["kato"], r["parent"] or None, r["level"], r["type_code"], r["name_kk"], r["name_ru"]]
            for r in read("kz_kato"))
    return upsert(Kato, columns, rows, key=["kato"])


def regions() -> Upserted:
    columns = ["kato", "kind", "iso_code", "iso_code_before_2022", "name_kk", "name_ru", "name_en", "polygon",
               "overview", "label_point", "area_km2", "population", "valid_from"]
    people, known = populations(), notes()
    overview = {p["kato"]: polygon for p, polygon in features("kz_regions_overview")}
    rows = (
        [p["kato"], p["kind"], p["iso_3166_2"], p["iso_3166_2_before_2022"] or "", p["name_kk"], p["name_ru"],
         p["name_en"], polygon, overview[p["kato"]], point(p["label_lon"], p["label_lat"]), p["area_km2"],
         people[p["kato"]], known.get(p["kato"], {}).get("valid_from") or None]
        for p, polygon in features("kz_regions")
    )
    return upsert(Region, columns, rows, key=["kato"])


def districts() -> Upserted:
    """The 224 units with a polygon, then those of the classifier that the map does not have yet."""
    columns = ["kato", "region_id", "kind", "name_kk", "name_ru", "name_en", "polygon", "label_point", "area_km2",
               "population"]
    people, known = populations(), notes()
    rows = [
        [p["kato"], p["region_kato"], p["kind"], p["name_kk"], p["name_ru"], p["name_en"] or "", polygon,
         point(p["label_lon"], p["label_lat"]), p["area_km2"], people.get(p["kato"])]
        for p, polygon in features("kz_districts")
    ]
    mapped = {row[0] for row in rows}
    cities = {p["kato"] for p, _ in features("kz_regions_overview") if p["kind"] == "city"}
    for unit in read("kz_kato"):
        in_city = unit["parent"] in cities
        if (in_city or unit["level"] == "district") and unit["kato"] not in mapped:
            rows.append([
                unit["kato"], unit["kato"][:2] + "0000000", "city_district" if in_city else "district",
                unit["name_kk"], unit["name_ru"], known[unit["kato"]]["name_en"], None, None, None,
                people.get(unit["kato"]),
            ])
    return upsert(District, columns, rows, key=["kato"])


def places() -> Upserted:
    columns = ["id", "kato_id", "region_id", "district_id", "kind", "name_kk", "name_ru", "name_en", "point",
               "population", "suspect"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT kato FROM geo_district WHERE polygon IS NULL")
        unmapped = {kato for (kato,) in cursor.fetchall()}

    def district(row: Row) -> str:  # the file's district is the polygon's; the classifier knows the newer ones
        classified = row["settlement_kato"][:4] + "00000"
        return classified if classified in unmapped else row["district_kato"]

    rows = [
        [r["geonameid"], r["settlement_kato"] or None, r["region_kato"], district(r), "town", r["name_kk"],
         r["name_ru"], r["name_en"], point(r["lon"], r["lat"]), townspeople(r), r["note"].startswith("suspect")]
        for r in read("kz_settlements")
    ] + [
        [r["geonameid"], r["settlement_kato"], r["region_kato"], district(r), "village", r["name_kk"], r["name_ru"],
         r["name_latin"], point(r["lon"], r["lat"]), None, False]
        for r in read("kz_villages")
    ]
    return upsert(Place, columns, rows, key=["id"])


def townspeople(row: Row) -> int | None:
    """The count of 2023; GeoNames' where there is none or it is plainly another object's (Zhezkazgan: 194)."""
    counted, estimated = int(row["population_2023"] or 0), int(row["population_geonames"] or 0)
    return (counted if counted * 10 > estimated else estimated) or None


def place_names() -> Upserted:
    names: dict[tuple[str, str], bool] = {}  # (place, name) -> official
    for file, columns in (("kz_settlements", ("name_kk", "name_ru", "name_en")),
                          ("kz_villages", ("name_kk", "name_ru", "name_latin"))):
        for row in read(file):
            names |= {(row["geonameid"], row[column]): True for column in columns if row[column]}
    for row in read("kz_settlement_aliases"):
        names.setdefault((row["geonameid"], row["alias"]), False)
    rows = ([place, name, normal(name), official] for (place, name), official in names.items())
    return upsert(PlaceName, ["place_id", "name", "normal", "official"], rows, key=["place_id", "name"], exact=True)


def population() -> Upserted:
    rows: list[list[Any]] = [
        [r["kato"], WORKBOOK_YEAR, r["total"], r["male"], r["female"], r["urban_total"] or None,
         r["rural_total"] or None]
        for r in read("kz_population_2023")
    ] + [
        [r["kato"], r["year"], r["population"], None, None, None, None]
        for r in read("kz_population_series") if int(r["year"]) != WORKBOOK_YEAR
    ]
    columns = ["kato", "year", "total", "male", "female", "urban", "rural"]
    return upsert(Population, columns, rows, key=["kato", "year"], exact=True)


# Three districts younger than the map lie inside the polygons of their mothers. There a mother's polygon is believed
# only around the mother's own known places, up to half the way to the nearest place of the younger district; the rest
# of it is ground whose district is not known.
PIECES = """
CREATE TEMP TABLE fresh ON COMMIT DROP AS
WITH young AS (
    SELECT place.district_id, place.point, mother.kato AS mother
    FROM geo_place place
    JOIN geo_district own ON own.kato = place.district_id AND own.polygon IS NULL
    JOIN geo_district mother ON ST_Intersects(mother.polygon, place.point)
), sure AS (
    SELECT mother, (
        SELECT ST_Union(ST_Buffer(place.point::geography, (
            SELECT min(ST_Distance(place.point::geography, young.point::geography)) / 2 FROM young
        ))::geometry)
        FROM geo_place place WHERE place.district_id = mother
    ) AS ground
    FROM (SELECT DISTINCT mother FROM young) AS mothers
), ground AS (
    SELECT region_id, kato AS district_id, coalesce(ST_Intersection(polygon, sure.ground), polygon) AS polygon
    FROM geo_district LEFT JOIN sure ON mother = kato
    WHERE valid_to IS NULL AND polygon IS NOT NULL AND (mother IS NULL OR sure.ground IS NOT NULL)
    UNION ALL
    SELECT region_id, NULL, coalesce(ST_Difference(polygon, sure.ground), polygon)
    FROM geo_district JOIN sure ON mother = kato
)
SELECT region_id, district_id, ST_Subdivide(polygon, 64)::geometry(Polygon, 4326) AS polygon FROM ground
"""
CHANGED = """
SELECT count(*), EXISTS (
    (TABLE fresh EXCEPT ALL SELECT region_id, district_id, polygon FROM geo_piece) UNION ALL
    (SELECT region_id, district_id, polygon FROM geo_piece EXCEPT ALL TABLE fresh)
) FROM fresh
"""


def pieces() -> Upserted:
    """Cut the districts into small pieces; swap them in only if they differ from those in use."""
    with connection.cursor() as cursor:
        cursor.execute(PIECES)
        cursor.execute(CHANGED)
        total, changed = cursor.fetchone()
        removed = 0
        if changed:
            cursor.execute("DELETE FROM geo_piece")
            removed = cursor.rowcount
            cursor.execute("INSERT INTO geo_piece (region_id, district_id, polygon) TABLE fresh")
        cursor.execute("DROP TABLE fresh")
    return Upserted(total=total, written=total if changed else 0, removed=removed)


TABLES: dict[str, Callable[[], Upserted]] = {
    "KATO": classifier, "regions": regions, "districts": districts, "places": places, "place names": place_names,
    "population": population, "lookup pieces": pieces,
}
