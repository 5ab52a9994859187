"""Yesterday's plan as today's first guess."""

from __future__ import annotations

from collections.abc import Iterator

import pyvrp
from pyvrp import Activity, ActivityType

from .base import Act, Plan, Visit
from .model import Model

TYPES = {Act.STOP: ActivityType.CLIENT, Act.PICKUP: ActivityType.PICKUP, Act.DELIVERY: ActivityType.DELIVERY}


def remembered(model: Model, plan: Plan) -> pyvrp.Solution | None:
    """The plan's routes over what is still there: by key where there is one, else by index. None if nothing is left.

    What vanished is dropped; what is new is not in it, and the search inserts it. It may break a rule of today: the
    search mends that.
    """
    stops = names(model.stops, [one.key for one in model.problem.stops])
    shipments = names(model.shipments, [one.pickup.key for one in model.problem.shipments])
    kind_of = {index: kind for kind, members in enumerate(model.kinds.values()) for index in members}
    vehicles = names(tuple(kind_of), [one.key for one in model.problem.vehicles])
    used: set[int] = set()
    seen: set[tuple[Act, int]] = set()
    routes = []
    for route in plan.routes:
        name: int | str = route.key or route.vehicle
        if name not in vehicles or (vehicle := tuple(kind_of)[vehicles[name]]) in used:
            continue
        used.add(vehicle)
        kind = list(model.kinds)[kind_of[vehicle]]
        reloads = {place: model.depots.index((place, kind.reload_s)) for place in kind.reload_at}
        activities = list(again(route.visits, stops, shipments, reloads, seen))
        if any(not one.is_depot() for one in activities):
            routes.append(pyvrp.Route(model.data, activities, kind_of[vehicle]))
    return pyvrp.Solution(model.data, routes) if routes else None


def names(kept: tuple[int, ...], keys: list[str]) -> dict[int | str, int]:
    """The position in `kept` of everything, by its key, or by its index when it has none."""
    return {keys[index] or index: position for position, index in enumerate(kept)}


def again(visits: tuple[Visit, ...], stops: dict[int | str, int], shipments: dict[int | str, int],
          reloads: dict[int, int], seen: set[tuple[Act, int]]) -> Iterator[Activity]:
    """The activities of one route, each thing once, a shipment only with both its halves inside one trip."""
    open_: set[int] = set()
    halves = {(visit.act, visit.key or visit.index) for visit in visits}
    for visit in visits:
        name = visit.key or visit.index
        if visit.act is Act.RELOAD:
            if visit.place in reloads and not open_:
                yield Activity(ActivityType.DEPOT, reloads[visit.place])
            continue
        known = stops if visit.act is Act.STOP else shipments
        if name not in known or (visit.act, known[name]) in seen:
            continue
        if visit.act is Act.PICKUP and (Act.DELIVERY, name) not in halves:
            continue
        position = known[name]
        if visit.act is Act.DELIVERY:
            if position not in open_:
                continue
            open_.remove(position)
        elif visit.act is Act.PICKUP:
            open_.add(position)
        seen.add((visit.act, position))
        yield Activity(TYPES[visit.act], position)
