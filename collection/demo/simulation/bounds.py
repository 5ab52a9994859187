"""What nobody could have beaten, knowing every request beforehand: by linear programming and by an exact solver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from collection.dispatch.assignment import Plan, Problem, lower_bound, split_bound as bound_at

#: Beyond so many pairs the split bound is approached by prices instead of computed.
LP_PAIRS = 400_000
#: Deterministic seconds that the exact solver may look for a higher bound on whole loads, for each category.
EXACT_S = 3.0


def split_bound(problem: Problem) -> float:
    """Below the cost of every plan, in tonne-kilometres, were loads divisible: the dual prices of the linear programme,
    put into the bound that holds for any prices, so that no tolerance of the solver is trusted."""
    ways = problem.ways()
    if ways.size > LP_PAIRS:
        return lower_bound(problem)
    solver = pywraplp.Solver.CreateSolver("GLOP")
    goal = solver.Objective()
    rooms = [solver.Constraint(-solver.infinity(), float(room)) for room in problem.room_g]
    for load, mass in enumerate(problem.mass_g.tolist()):
        once = solver.Constraint(-solver.infinity(), 1.0)
        for way, accounts in _pairs(problem, ways, load):
            part = solver.NumVar(0, 1, "")
            once.SetCoefficient(part, 1)
            goal.SetCoefficient(part, (way - problem.penalty_m) * mass / 1e9)
            for account in accounts:
                rooms[account].SetCoefficient(part, mass)
    goal.SetMinimization()
    solver.Solve()
    prices = np.array([max(-room.dual_value(), 0.0) * 1e9 for room in rooms])
    return max(bound_at(problem, prices), bound_at(problem, prices * 0))


def _pairs(problem: Problem, ways: Any, load: int) -> Iterator[tuple[int, list[int]]]:
    """The way and the accounts of each pair that is better than leaving the load behind."""
    for base, plant in np.argwhere(ways[load] < problem.penalty_m):
        accounts = problem.accounts(problem.collector[load, base], problem.recycler[load, plant])
        yield int(ways[load, base, plant]), [one for one in accounts.tolist() if one < len(problem.room_g)]


def unsplit_bound(problem: Problem, plan: Plan) -> float:
    """A bound for whole loads: what an exact solver can prove in a deterministic time. In tonne-kilometres."""
    ways, model, costs = problem.ways(), cp_model.CpModel(), []
    taken: dict[int, list[tuple[int, Any]]] = {}
    for load, mass in enumerate((problem.mass_g // 10_000).tolist()):
        options = []
        for way, accounts in _pairs(problem, ways, load):
            var = model.new_bool_var("")
            options.append(var)
            costs.append((way - problem.penalty_m) * mass * var)
            for account in accounts:
                taken.setdefault(account, []).append((mass, var))
        model.add_at_most_one(options)
    for account, uses in taken.items():
        # masses are whole tens of kilograms
        model.add(sum(mass * var for mass, var in uses) <= int(problem.room_g[account] // 10_000))
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_deterministic_time = 1, EXACT_S
    solver.parameters.random_seed = 1
    solver.solve(model)
    everything = float(problem.mass_g.sum()) * problem.penalty_m
    return min((solver.best_objective_bound * 10_000 + everything) / 1e9, plan.cost_tkm)
