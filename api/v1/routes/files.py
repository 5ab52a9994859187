"""A route as other programs read it: GPX for a navigator, GeoJSON for a map."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import gpxpy.gpx
import orjson

from collection.kernel.mass import tonnes_text
from collection.kernel.words import Words

GPX, GEOJSON = "application/gpx+xml", "application/geo+json"
TITLE = Words("{day} күнінің маршруты, {plate}", "Маршрут на {day}, {plate}", "Route of {day}, {plate}")
HALTS = {
    "start": Words("Шығу", "Выезд", "Start"),
    "pickup": Words("{position}. №{number} тиеу, {tonnes} т", "{position}. Погрузка №{number}, {tonnes} т",
                    "{position}. Pickup No {number}, {tonnes} t"),
    "delivery": Words("{position}. №{number} жеткізу, {tonnes} т", "{position}. Сдача №{number}, {tonnes} т",
                      "{position}. Delivery No {number}, {tonnes} t"),
    "base": Words("База", "База", "Base"),
}


def gpx(route: dict[str, Any], language: str) -> bytes:
    """GPX 1.1 with one `rte`: a point for every halt, the start and the base among them, with its time of arrival."""
    made = gpxpy.gpx.GPXRoute(name=title(route, language))
    for kind, stop, (longitude, latitude) in _points(route):
        made.points.append(gpxpy.gpx.GPXRoutePoint(
            latitude, longitude, time=datetime.fromisoformat(_time(route, kind, stop)),
            name=_name(kind, stop, language), description=_address(stop) or None, type=kind))
    document = gpxpy.gpx.GPX()
    document.creator, document.name = "Tonnage", title(route, language)
    document.routes.append(made)
    return document.to_xml(version="1.1").encode()


def geojson(route: dict[str, Any], language: str) -> bytes:
    """A FeatureCollection: the line from halt to halt (straight, not along the road), then a point for each halt."""
    points = list(_points(route))
    line = {"type": "Feature", "id": route["id"],
            "geometry": {"type": "LineString", "coordinates": [place for _, _, place in points]},
            "properties": {"name": title(route, language), **{name: route[name] for name in (
                "day", "distance_m", "driving_s", "mass_g", "value_tiyn", "fallback")}}}
    halts = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": place},
              "properties": {"name": _name(kind, stop, language), "kind": kind, "arrives_at": _time(route, kind, stop),
                             **({name: stop[name] for name in ("position", "job_id", "load_g", "distance_m")} if stop else {}),
                             **({"address": address} if (address := _address(stop)) else {})}}
             for kind, stop, place in points]
    return orjson.dumps({"type": "FeatureCollection", "features": [line, *halts]})


def title(route: dict[str, Any], language: str) -> str:
    return TITLE.fill(day=route["day"], plate=route["vehicle"]["plate"]).in_language(language)


def file_name(route: dict[str, Any], ending: str) -> str:
    return f"route-{route['day']}-{route['vehicle']['plate']}.{ending}"


def _points(route: dict[str, Any]) -> list[tuple[str, dict[str, Any], list[float]]]:
    """Every halt (kind, stop, [longitude, latitude]), as exactly as its viewer may know it."""
    halts = [(stop["kind"], stop, (stop["place"] or stop["facility"])["point"]["coordinates"]) for stop in route["stops"]]
    return [("start", {}, route["start"]["coordinates"]), *halts, ("base", {}, route["base"]["coordinates"])]


def _time(route: dict[str, Any], kind: str, stop: dict[str, Any]) -> str:
    return stop["arrives_at"] if stop else route["starts_at"] if kind == "start" else route["ends_at"]


def _name(kind: str, stop: dict[str, Any], language: str) -> str:
    filled = {} if not stop else {
        "position": stop["position"], "number": stop["pickup_number"], "tonnes": tonnes_text(stop["mass_g"])}
    return HALTS[kind].fill(**filled).in_language(language)


def _address(stop: dict[str, Any]) -> str:
    where = (stop["place"] or stop["facility"]) if stop else {}
    return where.get("address") or ""
