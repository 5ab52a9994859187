"""Engines that are broken, slow, picky or gone: never an error, never a long wait, always marked."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest

from collection.kernel.db import InsideTransaction, transaction
from geo.distance.base import EngineDown, points_of
from geo.distance.breaker import Breaker
from geo.distance.geodesic import Geodesic
from geo.distance.osrm import Osrm
from geo.distance.roads import Roads
from geo.distance.valhalla import Valhalla
from geo.models import Distance
from tests.geo.distance.conftest import of

pytestmark = pytest.mark.django_db
CITY = [(76.9285, 43.2403), (76.9540, 43.2645), (76.9411, 43.3363), (76.9900, 43.2800)]


def table(n: int, m: int, cell: float | None = 1000.0) -> bytes:
    return json.dumps({
        "distances": [[cell] * m] * n, "durations": [[cell and cell / 10] * m] * n,
        "sources": [{"distance": 1}] * n, "destinations": [{"distance": 1}] * m}).encode()


def size(path: str) -> tuple[int, int]:
    """How many origins and destinations a question to OSRM has."""
    return tuple(path.split(f"{side}=")[1].split("&")[0].count("%3B") + 1 for side in ("sources", "destinations"))


@pytest.mark.parametrize(("status", "body"), [
    (500, b"{}"), (200, b"<html>"), (200, b"{}"), (200, b"[]"), (200, table(1, 1)), (429, table(4, 4)), (404, b"{}"), (302, b""),
    (200, table(4, 4, -5.0)), (200, table(4, 4).replace(b"1000.0", b'"far"')), (400, b'{"code": "TooBig"}'),
    (200, table(4, 4).replace(b"1000.0", b"Infinity")), (200, table(4, 4, 1e30)), (200, b"[" * 100_000), (200, b"\xff\xfe"),
    (200, table(4, 4).replace(b'"sources": [{', b'"sources": [{}, {')), (200, table(4, 4).replace(b'{"distance": 1}', b"1")),
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


def test_nulls_are_filled_in_one_by_one(serve):
    server = serve(lambda *asked: (200, table(4, 4).replace(b"1000.0", b"null", 1)))
    matrix = of(server).matrix(CITY)
    assert (matrix.unreachable, matrix.fallback, matrix.metres[0, 0], matrix.metres[1, 1]) == (1, False, 0, 1000)
    assert Distance.objects.filter(metres=None).count() == 1


def test_engines_ask_nothing_inside_a_transaction():
    here = points_of(CITY)
    for engine in (Osrm("http://127.0.0.1:9"), Valhalla("http://127.0.0.1:9")):
        with transaction(), pytest.raises(InsideTransaction):
            engine.table(here, here)
        with pytest.raises(EngineDown):
            engine.table(here, here)


def test_a_large_matrix_is_asked_in_blocks_and_what_was_said_is_not_lost(serve):
    broken = [True]
    server = serve(lambda method, path, body: (500, b"") if broken[0] and server.asked > 3 else (200, table(*size(path))))
    points = [(76.8 + n / 1000, 43.2) for n in range(190)]  # two blocks by two
    roads = of(server)
    assert roads.matrix(points).fallback and Distance.objects.count() == 100 * 100 + 2 * 100 * 90
    broken[0] = False
    matrix = roads.matrix(points)
    assert not matrix.fallback and (matrix.metres == 1000).all() and server.asked == 4 + 1
    assert Distance.objects.count() == 190 * 190


def test_a_server_with_a_smaller_limit_still_answers(serve):
    def answer(method, path, body):
        n, m = size(path)
        return (200, table(n, m)) if n * m <= 100 else (400, b'{"code": "TooBig"}')

    matrix = of(serve(answer)).matrix([(76.8 + n / 1000, 43.2) for n in range(25)])
    assert (matrix.fallback, matrix.unreachable) == (False, 0) and (matrix.metres == 1000).all()


def test_who_refuses_everything_is_not_believed(serve):
    """A wrong profile, say: nothing is remembered, and the matrix is marked."""
    server = serve(lambda *asked: (400, b'{"code": "InvalidUrl"}'))
    assert of(server).matrix(CITY).fallback and server.asked == 1 + 4 and not Distance.objects.exists()


def test_an_answer_that_never_ends_is_cut_off():
    """Each read is quick, so only the whole can be too slow."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def drip() -> None:
            talking, _ = listening.accept()
            with talking:
                talking.recv(65536)
                talking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                try:
                    while True:
                        talking.sendall(b" ")
                        time.sleep(0.05)
                except OSError:
                    pass

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        started = time.monotonic()
        roads = Roads(Osrm(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=0.5), Geodesic())
        assert roads.matrix(CITY).fallback and 0.4 < time.monotonic() - started < 2
        thread.join(5)
        assert not thread.is_alive()


def test_all_questions_together_have_an_end_too(serve):
    server = serve(lambda method, path, body: (200, table(*size(path))))
    server.delay_s = 0.3
    started = time.monotonic()
    matrix = of(server, budget_s=0.5).matrix([(76.8 + n / 1000, 43.2) for n in range(400)])  # 16 questions
    assert matrix.fallback and time.monotonic() - started < 3 and server.asked <= 2


def test_questions_share_a_connection_and_one_that_was_closed_meanwhile_is_no_failure(serve):
    server = serve(lambda method, path, body: (200, table(*size(path))))
    engine = Osrm(server.url, timeout_s=5)
    for _ in range(2):
        engine.table(points_of(CITY), points_of(CITY))
    assert len(server.talking) == 1
    server.shutdown_request(server.talking[0])
    engine.table(points_of(CITY), points_of(CITY))
    assert len(server.talking) == 2
