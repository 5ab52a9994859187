"""Logs are lines of JSON with the request's id, and hold nobody's data."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import subprocess
import sys

import pytest
import structlog

from api import logs

PHONES = ("+77012345678", "8 701 234 56 78", "87012345678", "+7 (701) 234-56-78")
OTHERS = ("KZ86125KZT5004100100", "940140000385", "someone@mail.kz", "Bearer abc.def-123",
          "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl")


@pytest.fixture
def lines():
    """What a logger writes in production, as objects."""
    out = io.StringIO()
    setting = logs.configuration(as_json=True, level="INFO")
    setting["handlers"]["console"]["stream"] = out
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logging.config.dictConfig(setting)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers[:], root.level = before
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize("private", [*PHONES, *OTHERS])
def test_private_data_is_taken_out_wherever_it_is(lines, private):
    log = logging.getLogger("somewhere")
    log.warning("about %s and more", private)
    try:
        raise ValueError(f"cannot read {private}")
    except ValueError:
        log.exception("it failed")
    text = json.dumps(lines(), ensure_ascii=False)
    assert private not in text and "cannot read [" in text.replace("Bearer ", "")
    assert lines()[0]["logger"] == "somewhere" and lines()[0]["level"] == "warning" and lines()[0]["timestamp"].endswith("Z")


@pytest.mark.parametrize("harmless", [
    "0193b1f0-0000-7000-8000-123456789012", "1234567890123", "2026-03-02T04:00:00+00:00", "4325.00", "row 77012"])
def test_what_is_nobodys_stays(harmless):
    assert logs.without_private(f"x {harmless} y") == f"x {harmless} y"


@pytest.mark.django_db
def test_a_line_says_of_which_request_it_is(lines, stranger):
    logs.bind(request_id="r-1")
    logging.getLogger("house").info("hello")
    assert lines()[0]["request_id"] == "r-1" and lines()[0]["event"] == "hello"
    answer = stranger.get("config", X_Request_Id="r-2")
    assert answer["X-Request-Id"] == "r-2"
    logging.getLogger("house").info("after")
    assert lines()[-1]["request_id"] == "r-2"


SENTRY = """
import json, sys
import sentry_sdk
from sentry_sdk.transport import Transport
from api import telemetry

class Kept(Transport):
    def capture_envelope(self, envelope):
        for item in envelope.items:
            if item.headers.get("type") == "event":
                print(json.dumps(item.payload.json))

telemetry.start_sentry("https://key@sentry.invalid/1", transport=Kept)
try:
    raise ValueError(f"no such person {sys.argv[1]}")
except ValueError as error:
    sentry_sdk.capture_exception(error)
sentry_sdk.flush()
"""


def test_sentry_gets_the_fault_and_nobody():
    """In a process of its own: it wraps threads and cursors for good."""
    told = subprocess.run([sys.executable, "-c", SENTRY, PHONES[0]], capture_output=True, text=True, check=True, timeout=60)
    [event] = [json.loads(line) for line in told.stdout.splitlines()]
    assert event["exception"]["values"][0]["value"] == "no such person [phone]"
    assert PHONES[0] not in told.stdout and "server_name" not in event and "breadcrumbs" not in event
