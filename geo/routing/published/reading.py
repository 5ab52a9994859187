"""The text of a published instance, of either format, as numbers. What is cut off or unknown is refused, never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np

from .instance import Instance, Numbers, UnreadableInstance, nearest

#: The sections of CVRP and VRPTW files; a file with any other is of another problem.
KNOWN = {"NODE_COORD", "DEMAND", "DEPOT", "EDGE_WEIGHT", "SERVICE_TIME", "TIME_WINDOW", "DISPLAY_DATA"}
TYPES = {"CVRP", "CVRPTW", "VRPTW", "VRP", "DVRP", "DCVRP"}
EUCLIDEAN: dict[str, Callable[[Numbers], Numbers]] = {
    "EUC_2D": lambda lengths: lengths, "CEIL_2D": np.ceil, "FLOOR_2D": np.floor}
#: Which triangle a stream of weights fills, row by row. A column-wise half is the other half row by row.
TRIANGLES: dict[str, tuple[bool, int]] = {
    "LOWER_ROW": (True, -1), "UPPER_COL": (True, -1), "LOWER_DIAG_ROW": (True, 0), "UPPER_DIAG_COL": (True, 0),
    "UPPER_ROW": (False, 1), "LOWER_COL": (False, 1), "UPPER_DIAG_ROW": (False, 0), "LOWER_DIAG_COL": (False, 0)}


def read(text: str) -> Instance:
    """CVRPLIB's VRPLIB text or Solomon's (and Gehring and Homberger's), told apart by their words."""
    if re.search(r"(?m)^\s*DIMENSION\s*:", text):
        return vrplib(text)
    if re.search(r"(?mi)^\s*VEHICLE\s*$", text):
        return solomon(text)
    raise UnreadableInstance("neither VRPLIB text (no DIMENSION) nor Solomon's (no VEHICLE)")


# --- Solomon, Gehring and Homberger -------------------------------------------------------------------------------
def solomon(text: str) -> Instance:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rows = [numbers for line in lines if (numbers := all_numbers(line)) is not None]
    fleet, customers = rows[:1], rows[1:]
    if not fleet or len(fleet[0]) != 2:
        raise UnreadableInstance("no line with the number of vehicles and their capacity")
    if not any(line.upper().startswith("CUST") for line in lines) or len(customers) < 2:
        raise UnreadableInstance("no customers: the file is cut off")
    for number, row in enumerate(customers):
        if len(row) != 7 or row[0] != number:
            raise UnreadableInstance(f"customer {number} is not a line of seven numbers: the file is cut off or damaged")
    expected = sizes(lines[0])
    if expected and len(customers) - 1 not in expected:
        raise UnreadableInstance(f"{lines[0]} has {max(expected)} customers, the file {len(customers) - 1}: it is cut off")
    table = np.array(customers)
    return Instance(lines[0], euclidean(table[:, 1:3]), integers(table[:, 3], "demand"), int(fleet[0][1]), table[:, 6],
                    table[:, 4:6], int(fleet[0][0]))


def sizes(name: str) -> set[int]:
    """How many customers a set's naming promises: R101 has 100 (or the first 25 or 50), C1_2_1 has 200."""
    if re.fullmatch(r"(?i)r?c?[12]\d\d", name) and name[0] in "rRcC":
        return {25, 50, 100}
    if found := re.fullmatch(r"(?i)rc?[12]_?(\d+)_\d+|c[12]_?(\d+)_\d+", name):
        return {100 * int(found[1] or found[2])}
    return set()


# --- VRPLIB -------------------------------------------------------------------------------------------------------
def vrplib(text: str) -> Instance:
    specs, sections = split(text)
    kind = specs.get("TYPE", "CVRP").upper()
    if kind not in TYPES:
        raise UnreadableInstance(f"TYPE {kind} is neither CVRP nor VRPTW")
    if unknown := sections.keys() - KNOWN:
        raise UnreadableInstance(f"{min(unknown)}_SECTION is of neither CVRP nor VRPTW")
    size = int(number(specs, "DIMENSION"))
    if size < 2:
        raise UnreadableInstance(f"DIMENSION is {size}: a depot and a customer at least")
    distances = weights(specs, sections, size)
    depot = depot_of(sections, size)
    order = [depot, *(node for node in range(size) if node != depot)]
    demands = integers(column(sections, "DEMAND", size, 1)[:, 0], "demand")
    if "SERVICE_TIME" in sections:
        services = column(sections, "SERVICE_TIME", size, 1)[:, 0]
    else:
        services = np.full(size, number(specs, "SERVICE_TIME", 0.0))
        services[depot] = 0
    windows = column(sections, "TIME_WINDOW", size, 2)[order] if "TIME_WINDOW" in sections else None
    fleet, longest = number(specs, "VEHICLES", 0.0), number(specs, "DISTANCE", math.inf)
    return Instance(
        specs.get("NAME", ""), distances[np.ix_(order, order)], tuple(demands[node] for node in order),
        int(number(specs, "CAPACITY")), services[order], windows, int(fleet) or None,
        None if math.isinf(longest) else longest)


def split(text: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The `KEY : value` lines, and the lines of each section."""
    specs: dict[str, str] = {}
    sections: dict[str, list[str]] = {}
    rows: list[str] | None = None
    for line in map(str.strip, text.splitlines()):
        if line == "EOF":
            break
        if found := re.fullmatch(r"(\w+)_SECTION\s*:?", line):
            rows = sections.setdefault(found[1].upper(), [])
        elif found := re.fullmatch(r"([A-Z_]+)\s*:\s*(.*)", line):
            specs[found[1]] = found[2].strip().strip('"')
        elif line and rows is None:
            raise UnreadableInstance(f"{line[:40]!r} is neither a specification nor in a section")
        elif line and rows is not None:
            rows.append(line)
    return specs, sections


def weights(specs: dict[str, str], sections: dict[str, list[str]], size: int) -> Numbers:
    kind = specs.get("EDGE_WEIGHT_TYPE", "EUC_2D").upper()
    if kind in EUCLIDEAN:
        return EUCLIDEAN[kind](euclidean(column(sections, "NODE_COORD", size, 2)))
    if kind != "EXPLICIT":
        raise UnreadableInstance(f"EDGE_WEIGHT_TYPE {kind} is not known")
    stream = all_numbers(" ".join(sections.get("EDGE_WEIGHT", ())))
    form = specs.get("EDGE_WEIGHT_FORMAT", "FULL_MATRIX").upper()
    if form != "FULL_MATRIX" and form not in TRIANGLES:
        raise UnreadableInstance(f"EDGE_WEIGHT_FORMAT {form} is not known")
    lower, shift = TRIANGLES.get(form, (False, 0))
    cells = size * size if form == "FULL_MATRIX" else size * (size + (1 if shift == 0 else -1)) // 2
    if stream is None or len(stream) != cells:
        raise UnreadableInstance(f"EDGE_WEIGHT_SECTION has {len(stream or ())} numbers of {cells}: the file is cut off")
    if form == "FULL_MATRIX":
        return np.array(stream).reshape(size, size)
    matrix = np.zeros((size, size))
    matrix[np.tril_indices(size, shift) if lower else np.triu_indices(size, shift)] = stream
    return np.maximum(matrix, matrix.T)


def depot_of(sections: dict[str, list[str]], size: int) -> int:
    """The only depot, counted from 0."""
    listed = all_numbers(" ".join(sections.get("DEPOT", ["1"])))
    depots = [int(one) for one in listed or () if one > 0]
    if len(depots) != 1 or depots[0] > size:
        raise UnreadableInstance(f"DEPOT_SECTION names {len(depots)} depots of the file: it takes one")
    return depots[0] - 1


def column(sections: dict[str, list[str]], name: str, size: int, width: int) -> Numbers:
    """A section of `size` rows: the node, counted from 1 in order, and `width` numbers."""
    rows = sections.get(name)
    if rows is None:
        raise UnreadableInstance(f"no {name}_SECTION: the file is cut off")
    found = [all_numbers(row) for row in rows]
    for node, row in enumerate(found[:size], start=1):
        if row is None or len(row) != 1 + width or row[0] != node:
            raise UnreadableInstance(f"{name}_SECTION: node {node} is not a line of {1 + width} numbers")
    if len(found) != size:
        raise UnreadableInstance(f"{name}_SECTION has {len(found)} rows of {size}: the file is cut off")
    return np.array([row[1:] for row in found if row])


# --- both ---------------------------------------------------------------------------------------------------------
def all_numbers(line: str) -> list[float] | None:
    """The numbers of a line; None if anything else is in it."""
    try:
        found = [float(word) for word in line.split()]
    except ValueError:
        return None
    return found if all(map(math.isfinite, found)) else None


def number(specs: dict[str, str], name: str, default: float | None = None) -> float:
    value = all_numbers(specs[name]) if name in specs else ([default] if default is not None else None)
    if value is None or len(value) != 1:
        raise UnreadableInstance(f"no number {name}")
    return value[0]


def integers(values: Numbers, what: str) -> tuple[int, ...]:
    if (nearest(values) != values).any():
        raise UnreadableInstance(f"a {what} is not a whole number")
    return tuple(int(one) for one in values)


def euclidean(points: Numbers) -> Numbers:
    return np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
