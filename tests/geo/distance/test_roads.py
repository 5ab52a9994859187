"""The engines' roads, and what happens when an engine does not behave."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from collection.kernel.db import InsideTransaction, rows, transaction
from geo.distance import memory, provider
from geo.distance.base import EngineDown, points_of
from geo.distance.breaker import Breaker
from geo.distance.geodesic import Geodesic
from geo.distance.osrm import Osrm
from geo.distance.roads import Roads
from geo.distance.valhalla import Valhalla
from geo.models import Distance

pytestmark = pytest.mark.django_db
#: Inside the extract: Abai avenue, the green bazaar, the railway station Almaty-1, the airport road.
CITY = [(76.9285, 43.2403), (76.9540, 43.2645), (76.9411, 43.3363), (76.9900, 43.2800)]
ASTANA = (71.446, 51.1801)  # no road of the extract is near


@pytest.fixture(autouse=True)
def forgotten():
    provider.__globals__["_provider"].cache_clear()


def of(server, **more):
    kind = getattr(server, "kind", "osrm")
    engine = Osrm(server.url, timeout_s=5) if kind == "osrm" else Valhalla(server.url, costing="auto", timeout_s=5)
    return Roads(engine, Geodesic(), **more)


def test_roads_are_longer_than_the_crow_flies_and_not_by_much(engine):
    matrix = of(engine).matrix(CITY)
    straight = Geodesic(factor=1.0).matrix(CITY).metres
    apart = ~np.eye(len(CITY), dtype=bool)
    assert (matrix.fallback, matrix.unreachable, matrix.provider.split(":")[0]) == (False, 0, engine.kind)
    assert (np.diag(matrix.metres) == 0).all()
    assert (matrix.metres[apart] > 0.98 * straight[apart]).all() and (matrix.metres[apart] < 2.5 * straight[apart]).all()
    speed = matrix.metres[apart] / matrix.seconds[apart] * 3.6
    assert (speed > 15).all() and (speed < 100).all()
    assert matrix.metres.dtype == matrix.seconds.dtype == np.int64


def test_the_second_time_it_is_remembered(engine):
    roads = of(engine)
    first = roads.matrix(CITY[:2], CITY)
    asked = engine.asked
    again = roads.matrix(CITY[:2], CITY)
    assert engine.asked == asked and (again.metres == first.metres).all() and (again.seconds == first.seconds).all()
    assert rows("SELECT count(*) AS n FROM geo_distance") == [{"n": 8}]
    nudged = [(x + 2e-6, y - 2e-6) for x, y in CITY[:2]]  # the same places, to a metre
    assert (roads.matrix(nudged, CITY).metres == first.metres).all() and engine.asked == asked


def test_a_place_without_a_road_is_geodesic_and_counted(engine):
    matrix = of(engine).matrix([CITY[0]], [CITY[1], ASTANA])
    straight = Geodesic().matrix([CITY[0]], [ASTANA]).metres[0, 0]
    assert matrix.metres[0, 1] == straight
    assert matrix.unreachable == 1 if engine.kind == "osrm" else matrix.fallback or matrix.unreachable == 1


def test_no_points_are_no_question(engine):
    assert of(engine).matrix([]).metres.shape == (0, 0) and of(engine).matrix([], CITY).metres.shape == (0, 4)
    assert engine.asked == 0


def test_never_inside_a_transaction(engine):
    with transaction(), pytest.raises(InsideTransaction):
        of(engine).matrix(CITY)
    assert engine.asked == 0


# --- engines that do not behave ------------------------------------------------------------------------------

def table(n: int, m: int, cell: float | None = 1000.0) -> bytes:
    return json.dumps({
        "distances": [[cell] * m] * n, "durations": [[cell and cell / 10] * m] * n,
        "sources": [{"distance": 1}] * n, "destinations": [{"distance": 1}] * m}).encode()


@pytest.mark.parametrize(("status", "body"), [
    (500, b"{}"), (200, b"<html>"), (200, b"{}"), (200, b"[]"), (200, table(1, 1)), (429, table(4, 4)),
    (200, table(4, 4, -5.0)), (200, table(4, 4).replace(b"1000.0", b'"far"')), (400, b'{"code": "TooBig"}'),
])
def test_a_broken_engine_is_replaced_and_the_matrix_says_so(serve, status, body):
    server = serve(lambda *asked: (status, body))
    matrix = of(server).matrix(CITY)
    assert (matrix.fallback, matrix.provider) == (True, "geodesic")
    assert (matrix.metres == Geodesic().matrix(CITY).metres).all() and not Distance.objects.exists()


def test_a_slow_engine_is_not_waited_for(serve):
    server = serve(lambda *asked: (200, table(4, 4)))
    server.delay_s = 5
    started = time.monotonic()
    matrix = Roads(Osrm(server.url, timeout_s=0.2), Geodesic()).matrix(CITY)
    assert matrix.fallback and time.monotonic() - started < 2


def test_nobody_listens():
    assert Roads(Osrm("http://127.0.0.1:9", timeout_s=1), Geodesic()).matrix(CITY).fallback


def test_after_three_failures_it_is_left_alone_and_then_one_tries(serve):
    healthy, now = [False], [0.0]
    server = serve(lambda *asked: (200, table(4, 4)) if healthy[0] else (500, b""))
    roads = of(server, breaker=Breaker(failures=3, pause_s=30, clock=lambda: now[0]))
    for _ in range(5):
        assert roads.matrix(CITY).fallback
    assert server.asked == 3
    now[0] = 31
    assert roads.matrix(CITY).fallback and server.asked == 4  # the one that tried failed: another pause
    assert roads.matrix(CITY).fallback and server.asked == 4
    healthy[0], now[0] = True, 62
    matrix = roads.matrix(CITY)
    assert (matrix.fallback, server.asked, matrix.metres[0, 1], matrix.seconds[0, 1]) == (False, 5, 1000, 100)


def test_a_breaker_lets_one_try_while_the_others_wait():
    now = [0.0]
    breaker = Breaker(failures=1, pause_s=10, clock=lambda: now[0])
    breaker.failed_again()
    now[0] = 11
    assert [breaker.may_ask() for _ in range(3)] == [True, False, False]
    breaker.answered()
    assert breaker.may_ask() and breaker.may_ask()


def test_a_large_matrix_is_asked_in_blocks_and_what_was_said_is_not_lost(serve):
    broken = [True]

    def answer(method, path, body):
        n, m = (part.count("%3B") + 1 for part in (path.split("sources=")[1].split("&")[0], path.split("destinations=")[1]))
        return (500, b"") if broken[0] and server.asked > 3 else (200, table(n, m))

    server = serve(answer)
    points = [(76.8 + n / 1000, 43.2) for n in range(120)]  # three blocks by three
    roads = of(server)
    assert roads.matrix(points).fallback and Distance.objects.count() == 50 * 50 * 2 + 50 * 20
    broken[0] = False
    matrix = roads.matrix(points)
    assert not matrix.fallback and (matrix.metres == 1000).all() and server.asked == 4 + 6
    assert Distance.objects.count() == 120 * 120


def test_nulls_are_filled_in_one_by_one(serve):
    server = serve(lambda *asked: (200, table(4, 4).replace(b"1000.0", b"null", 1)))
    matrix = of(server).matrix(CITY)
    assert (matrix.unreachable, matrix.fallback, matrix.metres[0, 0], matrix.metres[1, 1]) == (1, False, 0, 1000)
    assert Distance.objects.filter(metres=None).count() == 1


def test_old_answers_are_forgotten():
    here = points_of(CITY[:1])
    memory.remember("x", here, here, np.array([[5.0]]), np.array([[1.0]]))
    assert memory.forget() == 0
    Distance.objects.update(asked_at="2020-01-01T00:00Z")
    assert memory.forget() == 1 and not Distance.objects.exists()


def test_the_settings_choose(settings):
    assert provider() is provider() and provider().name == "geodesic"
    settings.DISTANCE_ENGINE, settings.DISTANCE_URL = "osrm", "http://127.0.0.1:9"
    assert provider().name == "osrm:127.0.0.1:9" and provider().matrix(CITY).fallback
    settings.DISTANCE_ENGINE = "valhalla"
    assert provider().name == "valhalla:truck:127.0.0.1:9"


def test_engines_ask_nothing_inside_a_transaction():
    here = points_of(CITY)
    for engine in (Osrm("http://127.0.0.1:9"), Valhalla("http://127.0.0.1:9")):
        with transaction(), pytest.raises(InsideTransaction):
            engine.table(here, here)
        with pytest.raises(EngineDown):
            engine.table(here, here)
