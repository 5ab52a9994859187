"""`manage.py solve_vrp INSTANCE`: published files in, a checked plan out; what cannot be read is refused in words."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from geo.routing.published import UnreadableInstance, read

INSTANCES = Path(__file__).parents[2] / "benches" / "instances"
MATRIX = """NAME : small
TYPE : CVRP
DIMENSION : 4
CAPACITY : 10
EDGE_WEIGHT_TYPE : EXPLICIT
EDGE_WEIGHT_FORMAT : {form}
EDGE_WEIGHT_SECTION
{weights}
DEMAND_SECTION
1 0
2 5
3 5
4 5
DEPOT_SECTION
1
-1
EOF
"""


def solve(file: Path, *options: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("solve_vrp", str(file), "--seconds", "0.5", *options, stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue().splitlines()[-1])


@pytest.mark.parametrize(("file", "rounding", "best", "routes"), [
    ("E-n13-k4.vrp", None, 247, 4), ("E-n22-k4.vrp", "nearest", 375, 4), ("C1_2_1.txt", None, 2_698.6, 20),
    ("C1_2_1.txt", "exact", 2_704.5678, 20)])
def test_published_optima_are_reached(file: str, rounding: str | None, best: float, routes: int) -> None:
    found = solve(INSTANCES / file, "--seconds", "2", *(["--rounding", rounding] if rounding else []))
    assert found["cpu_seconds"] == pytest.approx(2, abs=0.5)
    assert (found["cost"], found["routes"], found["feasible"]) == (best, routes, True)


def test_the_solution_file_says_what_was_printed(tmp_path: Path) -> None:
    out = tmp_path / "plan.sol"
    found = solve(INSTANCES / "X-n101-k25.vrp", "--out", str(out))
    assert 27_591 <= found["cost"] < 27_591 * 1.05
    *routes, last = out.read_text().splitlines()
    assert last == f"Cost {found['cost']}"
    tours = [[int(word) for word in re.fullmatch(r"Route #\d+: ([\d ]+)", line)[1].split()] for line in routes]  # type: ignore[index]
    assert sorted(customer for tour in tours for customer in tour) == list(range(1, 101))
    instance = read((INSTANCES / "X-n101-k25.vrp").read_text())
    lengths = np.floor(instance.distances + 0.5)
    assert found["cost"] == sum(lengths[leg] for tour in tours for leg in zip([0, *tour], [*tour, 0], strict=True))
    assert all(sum(instance.demands[customer] for customer in tour) <= 206 for tour in tours)


@pytest.mark.parametrize(("form", "weights"), [
    ("FULL_MATRIX", "0 1 2 3 1 0 4 5 2 4 0 6 3 5 6 0"), ("LOWER_ROW", "1 2 4 3 5 6"), ("UPPER_ROW", "1 2 3 4 5 6"),
    ("LOWER_DIAG_ROW", "0 1 0 2 4 0 3 5 6 0"), ("UPPER_DIAG_ROW", "0 1 2 3 0 4 5 0 6 0"), ("LOWER_COL", "1 2 3 4 5 6")])
def test_explicit_matrices(form: str, weights: str, tmp_path: Path) -> None:
    text = MATRIX.format(form=form, weights=weights)
    assert read(text).distances.tolist() == [[0, 1, 2, 3], [1, 0, 4, 5], [2, 4, 0, 6], [3, 5, 6, 0]]
    file = tmp_path / "small.vrp"
    file.write_text(text)
    assert solve(file)["cost"] == 12  # each alone: 2 + 4 + 6; any two together cost one more


SOLOMON = (INSTANCES / "C1_2_1.txt").read_text()
VRPLIB = (INSTANCES / "X-n101-k25.vrp").read_text()


@pytest.mark.parametrize(("text", "words"), [
    ("", "neither"), ("hello\nworld\n", "neither"), (SOLOMON[:len(SOLOMON) // 2], "cut off"), (SOLOMON[:60], "cut off"),
    ("\n".join(SOLOMON.splitlines()[:80]), "C1_2_1 has 200 customers, the file"),
    (VRPLIB[:len(VRPLIB) // 2], "NODE_COORD_SECTION"), (VRPLIB.partition("DEMAND")[0], "no DEMAND_SECTION"),
    (VRPLIB.replace("\n101 35", ""), "100 rows of 101"), (VRPLIB.replace("CAPACITY : 206", ""), "CAPACITY"),
    (VRPLIB.replace("CVRP", "PDPTW"), "TYPE PDPTW"), (VRPLIB.replace("EUC_2D", "GEO"), "EDGE_WEIGHT_TYPE GEO"),
    (VRPLIB.replace("DEPOT_SECTION", "PRIZE_SECTION"), "PRIZE_SECTION"),
    (MATRIX.format(form="LOWER_ROW", weights="1 2 4"), "3 numbers of 6"),
    (MATRIX.format(form="SPIRAL", weights="1 2 4"), "SPIRAL"),
])
def test_what_cannot_be_read_is_refused_in_words(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInstance, match=words):
        read(text)
    file = tmp_path / "instance.vrp"
    file.write_text(text)
    with pytest.raises(CommandError, match="Cannot read"):
        solve(file)


def test_a_missing_file_and_a_capacity_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        solve(tmp_path / "absent.vrp")
    file = tmp_path / "none.vrp"
    file.write_text(VRPLIB.replace("CAPACITY : 206", "CAPACITY : 0"))
    with pytest.raises(CommandError, match="zero_capacity"):
        solve(file)
    with pytest.raises(CommandError, match="--seconds"):
        solve(INSTANCES / "E-n13-k4.vrp", "--seconds", "0")


def test_a_customer_nobody_can_serve_makes_the_answer_infeasible(tmp_path: Path) -> None:
    file = tmp_path / "heavy.vrp"
    file.write_text(VRPLIB.replace("\n101 35\n", "\n101 999\n"))
    assert solve(file)["feasible"] is False
