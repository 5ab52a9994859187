"""Outside geocoders, each a real HTTP server on this machine for the length of a test."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from collection.kernel.db import InsideTransaction, transaction
from geo.geocoding import services
from geo.geocoding.base import Found
from geo.geocoding.lookups import TRIES, Recalled, ask_next, recall, recall_back
from geo.models import Geocoding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
ABAI = Found(76.9115, 43.2525, "Алматы, Абая 1")
FEATURE = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [76.9115, 43.2525]},
           "properties": {"name": "Алматы, Абая 1", "label": "Алматы, Абая 1"}}
YANDEX = {"response": {"GeoObjectCollection": {"featureMember": [{"GeoObject": {
    "name": "Абая 1", "description": "Алматы", "Point": {"pos": "76.9115 43.2525"},
    "metaDataProperty": {"GeocoderMetaData": {"text": "Алматы, Абая 1"}}}}]}}}
NOMINATIM = {"lat": "43.2525", "lon": "76.9115", "display_name": "Алматы, Абая 1"}
ANSWERS = {  # forwards, backwards, nothing
    "nominatim": ([NOMINATIM], NOMINATIM, []),
    "photon": ({"features": [FEATURE]}, {"features": [FEATURE]}, {"features": []}),
    "pelias": ({"features": [FEATURE]}, {"features": [FEATURE]}, {"features": []}),
    "yandex": (YANDEX, YANDEX, {"response": {"GeoObjectCollection": {"featureMember": []}}}),
}


@pytest.fixture
def service(settings):
    """`service(name)` configures one; its answers are set as `server.answer` (status, body), questions are `server.asked`."""
    servers = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            self.server.asked.append((parts.path, parse_qs(parts.query)))
            status, body = self.server.answer
            time.sleep(self.server.delay)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode() if isinstance(body, str) else json.dumps(body).encode())

        def log_message(self, *args):
            pass

    def start(name: str = "nominatim"):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.asked, server.answer, server.delay = [], (200, ANSWERS[name][0]), 0
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.GEOCODER, settings.GEOCODER_URL = name, f"http://127.0.0.1:{server.server_port}"
        settings.GEOCODER_KEY, settings.GEOCODER_PAUSE_S = "key-1", 0
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("name", services.SERVICES)
def test_a_wish_is_granted_once_and_remembered(service, name):
    server = service(name)
    assert recall("Алматы,  Абая 1").pending and recall("алматы, абая 1").pending
    assert ask_next() is True and ask_next() is False
    remembered = recall("АЛМАТЫ, Абая 1")
    assert (remembered.pending, remembered.found.longitude, remembered.found.latitude) == (False, 76.9115, 43.2525)
    assert "Абая 1" in remembered.found.label and remembered.provider.startswith(f"{name}:127.0.0.1")
    assert len(server.asked) == 1 and Geocoding.objects.count() == 1
    asked = server.asked[0][1]
    assert ["алматы, абая 1"] in asked.values()
    assert ("key-1" in str(asked)) == (name in ("pelias", "yandex"))


@pytest.mark.parametrize("name", services.SERVICES)
def test_a_point_has_an_address_too(service, name):
    server = service(name)
    server.answer = (200, ANSWERS[name][1])
    assert recall_back(76.91151, 43.25249).pending and ask_next()
    assert "Абая 1" in recall_back(76.91149, 43.25251).found.label


@pytest.mark.parametrize("name", services.SERVICES)
def test_no_such_address_is_remembered_too(service, name):
    server = service(name)
    server.answer = (200, ANSWERS[name][2])
    assert recall("Атлантида").pending and ask_next()
    assert recall("Атлантида") == Recalled(None, False, f"{name}:127.0.0.1:{server.server_port}")
    assert ask_next() is False


def test_an_answer_in_another_country_is_no_answer(service):
    service().answer = (200, [NOMINATIM | {"lat": "43.8", "lon": "87.6", "display_name": "Urumqi"}])
    recall("Абая 1")
    assert ask_next() and recall("Абая 1").found is None


@pytest.mark.parametrize("answer", [(500, "x"), (200, "<html>"), (200, '[{"lat": "north"}]'), (429, "[]")])
def test_a_broken_service_is_asked_again_some_times(service, answer):
    server = service()
    server.answer = answer
    recall("Абая 1")
    for _ in range(TRIES):
        assert recall("Абая 1").pending and ask_next()
    assert (recall("Абая 1").pending, ask_next(), len(server.asked)) == (False, False, TRIES)
    assert Geocoding.objects.get().asked_at is None


def test_a_slow_service_does_not_hold_the_worker(service, monkeypatch):
    server = service()
    server.delay = 3
    monkeypatch.setattr(services, "TIMEOUT_S", 0.2)
    recall("Абая 1")
    started = time.monotonic()
    assert ask_next() and recall("Абая 1").pending
    assert time.monotonic() - started < 2


def test_nobody_listens(settings):
    settings.GEOCODER, settings.GEOCODER_URL, settings.GEOCODER_PAUSE_S = "nominatim", "http://127.0.0.1:9", 0
    assert recall("Абая 1").pending and ask_next() and recall("Абая 1").pending


def test_one_question_a_pause_for_the_whole_installation(service, settings):
    server = service()
    settings.GEOCODER_PAUSE_S = 60
    for n in range(3):
        recall(f"Абая {n}")
    assert [ask_next() for _ in range(3)] == [True, False, False] and len(server.asked) == 1


def test_never_inside_a_transaction(service):
    server = service()
    recall("Абая 1")
    with transaction(), pytest.raises(InsideTransaction):
        ask_next()
    assert server.asked == []


def test_without_a_geocoder_nothing_is_asked(settings):
    settings.GEOCODER = settings.GEOCODER_URL = ""
    assert recall("Абая 1") == Recalled() and ask_next() is False
    assert not Geocoding.objects.exists()


def test_wishes_are_not_collected_without_end(service, monkeypatch):
    service()
    monkeypatch.setattr("geo.geocoding.lookups.WAITING", 3)
    assert [recall(f"Абая {n}").pending for n in range(5)] == [True, True, True, False, False]
    assert Geocoding.objects.count() == 3
