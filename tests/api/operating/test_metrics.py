"""`/metrics`: what is counted and what is asked, for this machine or whoever has the token, and never about anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from collection.kernel.clock import frozen
from collection.kernel.db import execute
from collection.watch.queries import pulse
from tests import cast
from tests.collection.custody.conftest import haul, scene
from tests.collection.payouts.conftest import office

__all__ = ["haul", "office", "scene"]
pytestmark = pytest.mark.django_db
TONNE = cast.TONNE


def scraped(client: Client | None = None, **headers: str) -> dict[tuple[str, str], float]:
    answer = (client or Client()).get("/metrics", **headers)
    assert answer.status_code == 200
    return {(one.name, "".join(one.labels.values())): one.value
            for family in text_string_to_metric_families(answer.content.decode()) for one in family.samples}


def test_what_waits_is_told_with_its_age(haul, office):
    haul.scene.submit()
    with frozen(cast.AT + timedelta(seconds=90)):
        found = scraped()
        assert found["house_outbox_due", "work"] == 1 and found["house_outbox_oldest_seconds", "work"] == 90
        assert found["house_pipeline_age_seconds", ""] == 90 == pulse().pipeline_age_s
    assert found["house_up", ""] == 1 and found["house_connections_most", ""] >= 100


def test_held_and_stuck_money_in_tenge(haul, office):
    [_load] = haul.received(cast.AT, [4 * TONNE])
    office.accrue(cast.AT)
    tenge = 4 * 4325 * (9.05 + 7.41)
    assert scraped()["house_stuck_money_tenge", "unclaimed"] == 0
    with frozen(cast.AT + timedelta(days=46)):
        assert scraped()["house_stuck_money_tenge", "unclaimed"] == pytest.approx(tenge)
    claim = office.submitted(haul.collector, cast.AT, cast.AT.date().replace(day=1))
    with frozen(cast.AT + timedelta(days=8)):
        found = scraped()
        assert found["house_stuck_money_tenge", "submitted"] == pytest.approx(tenge) and claim.state == "submitted"
        assert found["house_stuck_money_items", "submitted"] == 1 and found["house_stuck_money_tenge", "unclaimed"] == 0


def test_offers_that_nobody_ended_are_stuck(haul):
    haul.scene.offered()
    assert scraped()["house_stuck_items", "offer"] == 0 and scraped()["house_offers_day", "open"] == 1
    with frozen(cast.AT + timedelta(days=2)):
        found = scraped()
        assert found["house_stuck_items", "offer"] == 1 and found["house_stuck_items", "pickup"] == 1


def test_requests_are_counted_by_route_and_never_by_path(stranger, reference):
    route = ("house_requests_total", "GETcatalog200")
    before = scraped().get(route, 0)
    stranger.get("catalog")
    stranger.get("pickups/0193b1f0-0000-7000-8000-000000000001")
    found = scraped()
    assert found[route] == before + 1
    assert not [name for name in found if "0193b1f0" in str(name)]


def test_it_is_for_this_machine_or_the_token(settings):
    assert Client().get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 404
    assert Client().get("/metrics", HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 404
    settings.METRICS_TOKEN = "t0ken"
    assert Client().get("/metrics").status_code == 404
    assert scraped(REMOTE_ADDR="203.0.113.7", HTTP_AUTHORIZATION="Bearer t0ken")["house_up", ""] == 1


def test_a_database_that_is_away_is_a_figure(monkeypatch):
    from django.db import OperationalError

    from api.http import metrics

    def away():
        raise OperationalError("gone")

    monkeypatch.setattr(metrics, "pulse", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert scraped()["house_up", ""] == 0


def test_the_pulse_reads_few_rows_by_index(haul, django_assert_max_num_queries):
    execute("SELECT 1")
    with django_assert_max_num_queries(8):
        pulse()
