"""What the door decides before any room is asked: problems, paging, versions, languages, limits."""

from __future__ import annotations

import base64
import re
from uuid import uuid4

import pytest
from django.test import Client

from api.http import throttles
from api.http.language import preferred
from collection.audit.models import AuditLine
from tests.api.http import probe

pytestmark = pytest.mark.django_db


@pytest.fixture
def generator(sign_in):
    return sign_in("generator")


def test_every_no_is_a_problem_with_a_trace(generator):
    response = generator.post("probe/act/raise", X_Request_Id="trip-1")
    assert response.status_code == 409
    assert response.json() == {
        "type": "urn:tonnage:problem:refused", "title": "Refused", "status": 409, "code": "refused",
        "detail": "Refresh and look at the present state.", "instance": "/api/v1/probe/act/raise", "errors": [],
        "trace_id": "trip-1", "state": "done", "allowed_actions": ["look"],
    }
    assert response["X-Request-Id"] == "trip-1" and response["Cache-Control"] == "no-store"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_a_crash_is_a_problem_without_its_secrets(generator):
    response = generator.post("probe/act/crash")
    assert response.status_code == 500 and response.json()["code"] == "server_error"
    assert b"on purpose" not in response.content
    assert AuditLine.objects.count() == 0


def test_only_named_constraints_are_conflicts(generator):
    assert generator.post("probe/act/lifecycle").json()["code"] == "wrong_state"
    assert generator.post("probe/act/violate").status_code == 500
    assert AuditLine.objects.count() == 0


@pytest.mark.parametrize(("method", "path", "status"), [
    ("DELETE", "probe", 405), ("PUT", "me", 405), ("TRACE", "me", 405), ("OPTIONS", "me", 405), ("GET", "nowhere", 404),
    ("GET", "me/", 404),
])
def test_unknown_methods_and_places(generator, method, path, status):
    response = generator.send(method, path)
    assert response.status_code == status == response.json()["status"]
    if status == 405:
        assert response["Allow"]


def test_head_is_get_without_its_body(generator):
    response = generator.send("HEAD", "probe?limit=2")
    assert response.status_code == 200 and not response.content
    assert generator.send("HEAD", "probe?limit=0").status_code == 400


def test_b39_replies_are_json_only(generator):
    assert generator.get("me", Accept="image/png").status_code == 406
    assert generator.get("me", Accept="image/png;q=1, application/*;q=0.1").status_code == 200
    assert generator.send("POST", "me", X_HTTP_Method_Override="GET").status_code == 405


def test_b77_a_spoofed_host_is_refused():
    response = Client(raise_request_exception=False).get("/api/v1/me", headers={"Host": "evil.example"})
    assert response.status_code == 400 and response["Content-Type"] == "application/problem+json"


def test_a_request_id_is_plain_or_ours(generator):
    assert re.fullmatch("[0-9a-f]{32}", generator.get("me", X_Request_Id="a b\n")["X-Request-Id"])
    assert re.fullmatch("[0-9a-f]{32}", generator.get("me", X_Request_Id="a" * 65)["X-Request-Id"])


@pytest.mark.parametrize(("header", "language"), [
    ("kk-Cyrl-KZ", "kk"), ("ru;q=0.5, kk;q=0.9", "kk"), ("de, ru", "ru"), ("*;q=0", "en"), ("", "en"), (";;;,q=", "en"),
    ("kk;q=0, ru;q=abc", "en"), ("ru" + "x" * 5000, "en"), ("RU-ru", "ru"), ("kk;q=nan, ru;q=0.1", "ru"),
])
def test_b76_a_language_is_found_or_it_is_english(header, language):
    assert preferred(header[:200]) == language


def test_titles_are_in_the_callers_language(generator):
    response = generator.get("nowhere", Accept_Language="kk-KZ")
    assert response.json()["title"] == "Табылмады" and response["Content-Language"] == "kk"


# --- paging -----------------------------------------------------------------------------------------------------

def walk(phone, query=""):
    seen, cursor = [], None
    while True:
        page = phone.get(f"probe?limit=4{query}" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


def test_pages_follow_each_other_to_the_end(generator):
    assert walk(generator) == list(range(1, 11))


@pytest.mark.parametrize("cursor", ["x", "e30", "aGVsbG8", base64.urlsafe_b64encode(b"\0" * 39).decode(), "٣"])
def test_b53_b54_a_made_up_cursor_is_refused(generator, cursor):
    assert generator.get(f"probe?cursor={cursor}").json()["code"] == "invalid_cursor"


def test_b55_a_cursor_is_good_for_its_caller_route_and_filter_only(generator, sign_in):
    cursor = generator.get("probe?limit=4&q=a").json()["next_cursor"]
    assert generator.get(f"probe?limit=2&q=a&cursor={cursor}").json()["items"] == [5, 6]
    assert generator.get(f"probe?limit=4&q=b&cursor={cursor}").json()["code"] == "invalid_cursor"
    assert generator.get(f"probe?limit=4&cursor={cursor}").json()["code"] == "invalid_cursor"
    other = sign_in("generator", generator.actor.organisation_id)
    assert other.get(f"probe?limit=4&q=a&cursor={cursor}").json()["code"] == "invalid_cursor"
    flipped = ("A" if cursor[-5] != "A" else "B").join((cursor[:-5], cursor[-4:]))
    assert generator.get(f"probe?limit=4&q=a&cursor={flipped}").json()["code"] == "invalid_cursor"


# --- versions ---------------------------------------------------------------------------------------------------

def test_an_unchanged_object_is_304(generator):
    path = f"probe/{uuid4()}"
    first = generator.get(path)
    assert first["ETag"] == '"3-generator"'
    again = generator.get(path, If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert generator.get(path, If_None_Match='"2-generator"').status_code == 200


@pytest.mark.parametrize(("header", "status"), [
    ({}, 428), ({"If_Match": "*"}, 428), ({"If_Match": '"2-generator"'}, 412), ({"If_Match": 'W/"3-generator"'}, 412),
    ({"If_Match": '"3-driver"'}, 412), ({"If_Match": "3"}, 412), ({"If_Match": '"3-generator"'}, 200),
])
def test_b67_a_change_names_the_version_it_saw(generator, header, status):
    response = generator.send("PATCH", "probe/act/x", **header)
    assert response.status_code == status
    if status == 200:
        assert response["ETag"] == '"4-generator"'


# --- limits -----------------------------------------------------------------------------------------------------

def test_anonymous_callers_are_counted(stranger, settings, monkeypatch):
    settings.ANONYMOUS_PER_MINUTE = 2
    seen = iter(range(1, 9))
    monkeypatch.setattr(throttles, "_count", lambda key: next(seen))
    assert stranger.get("config")["RateLimit"].startswith('"anonymous";r=1;t=')
    stranger.get("config")
    response = stranger.get("config")
    assert response.status_code == 429 and int(response["Retry-After"]) <= 60
    assert response["RateLimit-Policy"] == '"anonymous";q=2;w=60'


def test_an_absent_redis_is_not_waited_for(stranger, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for name, value in {"_client": None, "_away_until": 0.0, "_local": {}}.items():
        monkeypatch.setattr(throttles, name, value)
    assert stranger.get("config").status_code == 200
    assert throttles._local and throttles._away_until > 0


# --- plain routes -----------------------------------------------------------------------------------------------

def test_health_and_docs():
    client = Client()
    assert client.get("/livez").json() == {"alive": True}
    assert client.get("/readyz").json() == {"ready": True}
    page = client.get("/api/docs")
    assert page.status_code == 200 and "unsafe-inline'; script" not in page["Content-Security-Policy"]
    assert b"https://" not in page.content and b"http://" not in page.content


def test_the_probe_urls_are_found():
    assert probe.urlpatterns
