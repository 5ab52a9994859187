"""Two measures cannot be added; published figures are compared at the precision they were printed with."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from collection.stats.measures import TONNAGES, Collected, Declared, Figures, Paid
from collection.stats.published import PUBLISHED, compare
from collection.stats.rollup import DIMENSIONS, GRAINS, grain_for


def test_a_measure_adds_to_itself() -> None:
    assert Declared(2, 1) + Declared(3, 1) == Declared(5, 2)
    both = Figures(declared=Declared(1), paid_tiyn=7) + Figures(declared=Declared(2), paid=Paid(3, 1), paid_tiyn=1)
    assert both == Figures(declared=Declared(3), paid=Paid(3, 1), paid_tiyn=8)


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(TONNAGES, 2)))
def test_two_measures_do_not_add(one: str, other: str) -> None:
    with pytest.raises(TypeError):
        TONNAGES[one](1) + TONNAGES[other](1)
    assert TONNAGES[one](1) != TONNAGES[other](1)
    with pytest.raises(TypeError):
        TONNAGES[one](1) + 1  # type: ignore[operator]


def test_the_type_checker_refuses_it_too(tmp_path) -> None:
    script = tmp_path / "adds.py"
    script.write_text("from collection.stats.measures import Collected, Declared\n"
                      "Declared(1) + Declared(1)\nDeclared(1) + Collected(1)\n")
    done = subprocess.run([sys.executable, "-m", "mypy", "--no-incremental", "--config-file=", "--follow-imports=silent",
                           str(script)], capture_output=True, text=True, check=False)
    errors = [line for line in done.stdout.splitlines() if "adds.py" in line and "error" in line]
    assert len(errors) == 1 and "adds.py:3:" in errors[0] and "operand types" in errors[0], done.stdout
    assert isinstance(Collected(1), Collected)


def test_every_question_has_a_grain() -> None:
    for size in range(len(DIMENSIONS) + 1):
        for asked in itertools.combinations(DIMENSIONS, size):
            assert set(asked) <= set(GRAINS[grain_for(asked)])
    assert grain_for([]) == "total" and grain_for(["region_id"]) == "region" and grain_for(DIMENSIONS) == "cell"


EXACT = {one.name: one.value for one in PUBLISHED}


def test_equal_at_the_printed_precision() -> None:
    assert all(one.equal_at_precision for one in compare(EXACT))
    near = compare(EXACT | {
        "declared_g": 2_618_499_999, "recycled_2024_g": 10_250_000_000, "recycled_g": 29_449_999_999,
        "paid_tiyn": 44_729_999_999})
    assert all(one.equal_at_precision for one in near)
    assert near[2].published == 2_618_000_000 and near[2].computed == 2_618_499_999


@pytest.mark.parametrize(("name", "value"), [
    ("generators", 1_724), ("declared_g", 2_618_500_000), ("declared_g", 2_617_499_999),
    ("recycled_2024_g", 10_249_999_999), ("recycled_2025_01_08_g", 19_150_000_000), ("paid_tiyn", 44_735_000_000)])
def test_unequal_at_the_printed_precision(name: str, value: int) -> None:
    assert [one.name for one in compare(EXACT | {name: value}) if not one.equal_at_precision] == [name]
