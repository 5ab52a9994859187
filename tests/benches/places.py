"""How many distances, and how many texts, a second."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from geo.distance.geodesic import Geodesic, metres
from geo.gazetteer import gazetteer, read
from geo.reference import read as rows_of
from tests.benches.databases import Databases
from tests.benches.measure import figure, interleaved

POINTS = 2_000
PAIRS = 2_000  # for geopy, one by one


def run(databases: Databases) -> None:
    random = np.random.default_rng(1)
    points = [tuple(point) for point in np.column_stack((random.uniform(46, 87, POINTS), random.uniform(40, 55, POINTS)))]
    found = interleaved({
        "matrix": rate(POINTS * POINTS, lambda: Geodesic().matrix(points)),
        "geopy": rate(PAIRS, lambda: [metres(points[n], points[-n]) for n in range(PAIRS)]),
    })
    figure("distances of a geodesic matrix (baseline: geopy, one by one)", found["matrix"], "cells/s", found["geopy"])
    name = databases.make("places")
    with databases.using(name):
        gazetteer.cache_clear()
        started = time.perf_counter()
        gazetteer()
        figure("the gazetteer is read", (time.perf_counter() - started) * 1000, "ms")
        villages = list(rows_of("kz_villages"))
        units = gazetteer().units
        whole = [f"{units[row['district_kato']].name_ru}, с. {row['name_ru']}" for row in villages]
        slips = [text[:-2] + text[-1] for text in whole]
        texts = interleaved({
            "whole": rate(len(whole), lambda: [read(text) for text in whole]),
            "slips": rate(len(slips), lambda: [read(text) for text in slips]),
        })
        figure("texts understood, district and village", texts["whole"], "rows/s")
        figure("texts understood, with a letter missing (baseline: as they should be)", texts["slips"], "rows/s", texts["whole"])
        gazetteer.cache_clear()
    databases.drop(name)


def rate(many: int, work: Callable[[], object]) -> Callable[[], float]:
    def case() -> float:
        started = time.perf_counter()
        work()
        return many / (time.perf_counter() - started)

    return case
