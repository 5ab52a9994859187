"""PyVRP's search within a budget of CPU seconds of this thread."""

from __future__ import annotations

import warnings
from time import thread_time

import pyvrp
from pyvrp import Activity, ActivityType, ProblemData, Solution
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import LocalSearch, NeighbourhoodParams, PerturbationManager, PerturbationParams, compute_neighbours

from .model import Model

#: How much of the budget may go by without a plan that serves everything, before something is left out.
PATIENCE = 0.5
#: Up to this budget the search takes smaller steps and forgets sooner: a few hundred steps are too few for PyVRP's own
#: settings. Sixty visits in 0.3 s come out 2 to 8 % cheaper, and within 2 % of ten times the budget.
HASTE_S = 1.0
HASTY = pyvrp.SolveParams(
    ils=pyvrp.IteratedLocalSearchParams(history_length=10), perturbation=PerturbationParams(1, 10),
    neighbourhood=NeighbourhoodParams(num_neighbours=30))
#: What PyVRP calls the cost of a plan that breaks a rule.
BROKEN = (1 << 63) - 1


class Budget:
    """Stops after `iterations`, at the CPU second `until`, or already at `hope` if there is no feasible plan by then."""

    def __init__(self, until: float, hope: float, iterations: int | None) -> None:
        self.until, self.hope, self.left = until, hope, iterations

    def __call__(self, best_cost: int) -> bool:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                return True
        return thread_time() > (self.hope if best_cost == BROKEN else self.until)


def search(model: Model, *, began: float, seconds: float, seed: int, iterations: int | None = None,
           first: Solution | None = None) -> Solution:
    """The best solution found: feasible, but it may lack what must be served if no full one turned up in time."""
    until, hope = began + seconds, began + PATIENCE * seconds
    params = HASTY if seconds <= HASTE_S else pyvrp.SolveParams()
    found = solve(model.data, Budget(until, hope, iterations), seed, first, params)
    if found.is_feasible():
        return found
    data = model.build(ransom=model.ransom())
    return solve(data, Budget(until, until, iterations), seed, legal(data, found), params)


def solve(data: ProblemData, stop: Budget, seed: int, first: Solution | None, params: pyvrp.SolveParams) -> Solution:
    """`pyvrp.solve` step by step, with whole neighbourhoods."""
    rng = pyvrp.RandomNumberGenerator(seed=seed)
    local = LocalSearch(data, rng, neighbours(data, params.neighbourhood), PerturbationManager(params.perturbation))
    for operator in params.operators:
        if operator.supports(data):
            local.add_operator(operator(data))
    penalties = pyvrp.PenaltyManager(params.penalty.midpoint_penalties(data), params.penalty)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)  # it says that there may be no full plan: `search` sees to that
        given = first if first is not None else Solution.make_random(data, rng)
        # a given start is made whole too, or the search would compare with the low cost of what lacks something
        begin = local(given, penalties.max_cost_evaluator(), exhaustive=True)
        if given.is_feasible() and not begin.is_feasible():
            begin = given
        loop = pyvrp.IteratedLocalSearch(data, penalties, local, begin, params.ils)
        return loop.run(stop, collect_stats=False).best


def neighbours(data: ProblemData, params: NeighbourhoodParams) -> dict[Activity, list[Activity]]:
    """Where each thing may be moved next to.

    PyVRP 0.14.1 takes one or two too few where there are shipments (it counts pickups and deliveries as if each
    excluded itself): one stop and one shipment never meet. In a small problem everything is everything's neighbour.
    """
    found = compute_neighbours(data, params)
    count = data.num_clients + 2 * data.num_shipments
    if not data.num_shipments or count > params.num_neighbours:
        return found
    kinds = ((ActivityType.CLIENT, data.num_clients), (ActivityType.PICKUP, data.num_shipments),
             (ActivityType.DELIVERY, data.num_shipments))
    everything = [Activity(kind, index) for kind, many in kinds for index in range(many)]
    for one, near in found.items():
        near += [other for other in everything
                 if other not in near and other != one and not (one.is_pickup() and other.is_delivery() and one.idx == other.idx)]
    return found


def legal(data: ProblemData, broken: Solution) -> Solution:
    """What can be kept of each route, in its order, without breaking a rule. `data` needs nothing served."""
    kept = [keep(data, route) for route in broken.routes()]
    return Solution(data, [route for route in kept if route.num_clients() or route.num_shipments()])


def keep(data: ProblemData, route: pyvrp.Route) -> pyvrp.Route:
    wanted = [Activity(one.type, one.idx) for one in route.schedule()[1:-1]]
    chosen: set[tuple[bool, int]] = set()

    def with_(more: set[tuple[bool, int]]) -> pyvrp.Route:
        return pyvrp.Route(
            data, [one for one in wanted if one.is_depot() or (one.is_shipment(), one.idx) in more], route.vehicle_type())

    best = with_(chosen) if with_(chosen).is_feasible() else pyvrp.Route(data, [], route.vehicle_type())
    for one in wanted:
        more = chosen | {(one.is_shipment(), one.idx)}
        if not one.is_depot() and more != chosen and (longer := with_(more)).is_feasible():
            chosen, best = more, longer
    return best
