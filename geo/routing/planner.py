"""From a problem to a plan: refuse, set the hopeless aside, search, and say why something was left out."""

from __future__ import annotations

from time import thread_time

from . import answer, memory
from .alone import hopeless
from .base import Act, Plan, Problem, Reason, Route, Unserved
from .model import Model
from .search import search
from .sound import grids, refuse_too_many, refuse_wrong


def plan(problem: Problem, *, seconds: float, seed: int, start: Plan | None = None,
         iterations: int | None = None) -> Plan:
    """The cheapest plan found within `seconds` CPU seconds of this thread.

    A warm start takes over the routes of `start` (yesterday's plan): what vanished is dropped, what is new inserted.
    With `iterations` the search also ends after so many steps; the plan is then the same on every machine.
    Without stops the plan is empty. Raises a WrongProblem by name; see `refusals`.
    """
    began = thread_time()
    refuse_too_many(problem)
    if not problem.stops and not problem.shipments:
        return Plan((), (), 0, 0, True, thread_time() - began)
    metres, seconds_ = grids(problem)
    dimensions = refuse_wrong(problem, len(metres))
    no_stops, no_shipments = hopeless(problem, metres, seconds_)
    stops = tuple(index for index in range(len(problem.stops)) if index not in no_stops)
    shipments = tuple(index for index in range(len(problem.shipments)) if index not in no_shipments)
    routes: tuple[Route, ...] = ()
    if stops or shipments:
        model = Model(problem, metres, seconds_, dimensions=dimensions, stops=stops, shipments=shipments)
        first = memory.remembered(model, start) if start else None
        best = search(model, began=began, seconds=seconds, seed=seed, iterations=iterations, first=first)
        routes = answer.routes(model, best)
    left = unserved(problem, routes, no_stops, no_shipments)
    prizes = [problem.shipments[one.index].pickup.prize if one.shipment else problem.stops[one.index].prize for one in left]
    return Plan(routes, left, answer.cost(problem, routes), sum(prize or 0 for prize in prizes), None not in prizes,
                thread_time() - began)


def unserved(problem: Problem, routes: tuple[Route, ...], no_stops: dict[int, Reason],
             no_shipments: dict[int, Reason]) -> tuple[Unserved, ...]:
    """Everything in no route, with the reason: its own, or what it lost against."""
    served = {(visit.act, visit.index) for route in routes for visit in route.visits}

    def why(known: dict[int, Reason], index: int, prize: int | None) -> Reason:
        return known.get(index) or (Reason.NO_ROOM if prize is None else Reason.NOT_WORTH_IT)

    return (*(Unserved(index, why(no_stops, index, stop.prize), key=stop.key)
              for index, stop in enumerate(problem.stops) if (Act.STOP, index) not in served),
            *(Unserved(index, why(no_shipments, index, one.pickup.prize), True, one.pickup.key)
              for index, one in enumerate(problem.shipments) if (Act.PICKUP, index) not in served))
