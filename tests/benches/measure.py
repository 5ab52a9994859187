"""Numbers one can believe on a noisy machine: two things measured in turn in one run, medians with their range."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """What one case gave, one number a round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def range(self) -> list[float]:
        return [short(min(self.values)), short(max(self.values))]


def interleaved(cases: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS) -> dict[str, Sample]:
    """Run every case once a round, one after another, after a round that is not counted."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, case in cases.items():
            value = case()
            if turn:
                found[name].append(value)
    return {name: Sample(tuple(values)) for name, values in found.items()}


def timed(work: Callable[[], object], *, times: int = 1) -> Callable[[], float]:
    """A case: the median milliseconds of `times` calls."""
    def case() -> float:
        spent = []
        for _ in range(times):
            started = time.perf_counter()
            work()
            spent.append((time.perf_counter() - started) * 1000)
        return statistics.median(spent)

    return case


def figure(name: str, value: Sample | float, unit: str, baseline: Sample | float | None = None) -> None:
    """One line of the report on standard output. `ratio` is value over baseline."""
    one, other = (x.median if isinstance(x, Sample) else x for x in (value, baseline))
    line: dict[str, object] = {
        "figure": name, "value": short(one), "unit": unit, "baseline": None if other is None else short(other),
        "ratio": None if not other else short(one / other)}
    if isinstance(value, Sample):
        line |= {"range": value.range, "rounds": len(value.values)}
    if isinstance(baseline, Sample):
        line["baseline_range"] = baseline.range
    print(json.dumps(line), flush=True)


def short(value: float) -> float:
    """Four significant digits."""
    return float(f"{value:.4g}")


def say(text: str) -> None:
    """Progress, on standard error: standard output holds figures only."""
    print(text, file=sys.stderr, flush=True)
