"""Addresses, asked from a Nominatim that lives on this machine for the length of a test."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from collection.kernel.db import InsideTransaction, transaction
from geo.geocoding.base import Found, GeocoderDown
from geo.geocoding.cache import geocode
from geo.models import Geocoding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture
def nominatim(settings):
    """Answers are set as `server.answer` (status, body); questions are kept in `server.asked`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(parse_qs(urlsplit(self.path).query))
            status, body = self.server.answer
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    server.answer = (200, json.dumps([{"lat": "43.2525", "lon": "76.9115", "display_name": "Алматы"}]))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.GEOCODER_URL = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_answer_is_asked_for_once(nominatim):
    assert geocode("Алматы,  Абая 1") == geocode("алматы, абая 1") == Found(76.9115, 43.2525, "Алматы")
    assert [question["q"] for question in nominatim.asked] == [["алматы, абая 1"]]
    assert nominatim.asked[0]["countrycodes"] == ["kz"]


def test_no_such_address_is_remembered_too(nominatim):
    nominatim.answer = (200, "[]")
    assert geocode("Атлантида") is geocode("Атлантида") is None
    assert len(nominatim.asked) == 1


def test_an_answer_in_another_country_is_no_answer(nominatim):
    nominatim.answer = (200, json.dumps([{"lat": "43.8", "lon": "87.6", "display_name": "Urumqi"}]))
    assert geocode("Абая 1") is None


@pytest.mark.parametrize("answer", [(500, "x"), (200, "<html>"), (200, '[{"lat": "north"}]'), (429, "[]")])
def test_a_broken_service_is_down_and_nothing_is_remembered(nominatim, answer):
    nominatim.answer = answer
    with pytest.raises(GeocoderDown):
        geocode("Абая 1")
    assert not Geocoding.objects.exists()


def test_nobody_listens(settings):
    settings.GEOCODER_URL = "http://127.0.0.1:9"
    with pytest.raises(GeocoderDown):
        geocode("Абая 1")


def test_never_inside_a_transaction(nominatim):
    with transaction(), pytest.raises(InsideTransaction):
        geocode("Абая 1")
    assert nominatim.asked == []


def test_without_a_geocoder_nothing_is_asked(settings):
    settings.GEOCODER_URL = ""
    assert geocode("Абая 1") is None
