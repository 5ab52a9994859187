"""The engines' roads: real ones with `make test-roads`, else what they said then."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured

from collection.kernel.db import InsideTransaction, rows, transaction
from geo.distance import memory, provider
from geo.distance.base import points_of
from geo.distance.geodesic import Geodesic
from geo.distance.roads import Roads
from geo.distance.valhalla import Valhalla
from geo.models import Distance
from tests.geo.distance.conftest import of

pytestmark = pytest.mark.django_db
#: Inside the extract: Abai avenue, the green bazaar, the railway station Almaty-1, the airport road.
CITY = [(76.9285, 43.2403), (76.9540, 43.2645), (76.9411, 43.3363), (76.9900, 43.2800)]
ASTANA = (71.446, 51.1801)  # no road of the extract is near, and beyond what Valhalla measures
SEA = (50.6, 44.5)  # the Caspian
AWAY = (76.5, 43.2)  # beside the extract, 6 km from its nearest road


@pytest.fixture(autouse=True)
def forgotten():
    provider.__globals__["_provider"].cache_clear()


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


@pytest.mark.parametrize("place", [ASTANA, SEA, AWAY], ids=["another city", "the sea", "six kilometres from any road"])
def test_a_place_without_a_road_is_geodesic_and_counted_and_spoils_no_other(engine, place):
    matrix = of(engine).matrix([*CITY, place])
    alone = of(engine).matrix(CITY)
    straight = Geodesic().matrix([*CITY, place])
    assert (matrix.fallback, matrix.unreachable) == (False, 2 * len(CITY) + 1)
    assert (matrix.metres[4] == straight.metres[4]).all() and (matrix.seconds[:, 4] == straight.seconds[:, 4]).all()
    assert (matrix.metres[:4, :4] == alone.metres).all() and alone.unreachable == 0
    asked = engine.asked
    assert (of(engine).matrix([*CITY, place]).metres == matrix.metres).all() and engine.asked == asked  # all remembered


def test_a_matrix_of_lost_places_only_is_no_failure(engine):
    roads = of(engine)
    for _ in range(4):
        matrix = roads.matrix([SEA, ASTANA])
        assert matrix.fallback or matrix.unreachable == 4
        assert (matrix.metres == Geodesic().matrix([SEA, ASTANA]).metres).all()
    assert not roads.matrix(CITY).fallback


def test_the_same_place_twice_is_asked_once(engine):
    matrix = of(engine).matrix([CITY[0], CITY[1], CITY[0], (CITY[0][0] + 2e-6, CITY[0][1])], [CITY[1], CITY[0], CITY[1]])
    assert rows("SELECT count(*) AS n FROM geo_distance") == [{"n": 4}]
    assert (matrix.metres[0] == matrix.metres[2]).all() and (matrix.metres[0] == matrix.metres[3]).all()
    assert (matrix.metres[:, 0] == matrix.metres[:, 2]).all() and matrix.metres[:, 0].tolist().count(0) == 1


def test_lorries_have_their_own_times(engine):
    if engine.kind == "valhalla":
        lorry = Roads(Valhalla(engine.url, costing="truck", timeout_s=5), Geodesic())
        ways, cars = lorry.matrix(CITY), of(engine).matrix(CITY)
        assert not ways.fallback and ways.provider != cars.provider and (ways.seconds >= cars.seconds).all()


def test_without_a_service_nothing_changes_but_the_mark(engine):
    """What was remembered outlives the engine."""
    first = of(engine).matrix(CITY)
    engine.answer = lambda *asked: (503, b"")
    assert (of(engine).matrix(CITY).metres == first.metres).all()
    assert of(engine).matrix([*CITY, (76.95, 43.25)]).fallback


def test_no_points_are_no_question(engine):
    assert of(engine).matrix([]).metres.shape == (0, 0) and of(engine).matrix([], CITY).metres.shape == (0, 4)
    assert engine.asked == 0


def test_never_inside_a_transaction(engine):
    with transaction(), pytest.raises(InsideTransaction):
        of(engine).matrix(CITY)
    assert engine.asked == 0


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
    settings.DISTANCE_ENGINE, settings.DISTANCE_REACH_KM = "valhalla", 900.0
    assert provider().name == "valhalla:truck:127.0.0.1:9" and provider().engine.reach_m == 900_000


@pytest.mark.parametrize("wrong", [
    {"DISTANCE_ENGINE": "osmr"}, {"DISTANCE_URL": ""}, {"DISTANCE_URL": "localhost:5000"}, {"DISTANCE_URL": "ftp://x"},
    {"DISTANCE_URL": "http://[::1"}, {"DISTANCE_TIMEOUT_S": 0.0}, {"DISTANCE_FACTOR": -1.0}, {"DISTANCE_SPEED_KMH": 0.0}])
def test_settings_that_lead_nowhere_are_said_at_once(settings, wrong):
    settings.DISTANCE_ENGINE, settings.DISTANCE_URL = "osrm", "http://127.0.0.1:9"
    for name, value in wrong.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match="DISTANCE_"):
        provider()


def test_a_password_is_told_to_nobody(settings, caplog):
    settings.DISTANCE_ENGINE, settings.DISTANCE_URL = "osrm", "http://somebody:secret@127.0.0.1:9/roads/"
    assert provider().name == "osrm:127.0.0.1:9/roads" and provider().matrix(CITY).fallback
    assert "gave no answer" in caplog.text and "secret" not in caplog.text and "76.9" not in caplog.text
