"""Settings that would hurt are refused before the first request; `manage.py doctor` says what to do."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from api.celery import app
from api.http import starting
from api.management.commands.relay import refuse_eviction

GOOD_KEY = "k3Jx9-QpLz7Vt2Wn5Rb8Yd4Hs6Gf1Mc0XaEoUiTrPqSwNvBy_ZjKlDgFh"


def said(found) -> list[str]:
    return [one.id for one in found]


@pytest.mark.parametrize(("url", "ids"), [
    ("redis://127.0.0.1:6379/0", []), ("rediss://cache:6379/1", []), ("redis+socket:///tmp/redis.sock", []),
    ("sentinel://a:26379;sentinel://b:26379", []),
    ("redis+cluster://a:6379", ["house.E010"]), ("redis://a:6379,b:6379", ["house.E010"]),
    ("rediscluster://a:7000", ["house.E010"]), ("memory://", ["house.E011"]), ("amqp://a", ["house.E011"]),
])
def test_the_queue_is_one_redis(url, ids):
    assert said(starting.about_redis(url)) == ids


@pytest.mark.parametrize(("changes", "environment", "ids"), [
    ({}, {}, []),
    ({"DEBUG": True}, {}, ["house.E012"]),
    ({"SECRET_KEY": "short"}, {}, ["house.E013"]), ({"SECRET_KEY": "a" * 60}, {}, ["house.E013"]),
    ({"SECRET_KEY": "django-insecure-" + GOOD_KEY}, {}, ["house.E013"]),
    ({}, {"DATABASE_URL": "postgres://house_app:changeme@db/house"}, ["house.E014"]),
    ({}, {"DATABASE_URL_OWNER": "postgres://house_owner:postgres@db/house"}, ["house.E014"]),
    ({"ALLOWED_HOSTS": ["*"]}, {}, ["house.E015"]),
])
def test_production_has_secrets_of_its_own(settings, monkeypatch, changes, environment, ids):
    settings.PRODUCTION, settings.DEBUG, settings.SECRET_KEY, settings.ALLOWED_HOSTS = True, False, GOOD_KEY, ["example.kz"]
    for name, value in changes.items():
        setattr(settings, name, value)
    for name in ("DATABASE_URL", "DATABASE_URL_OWNER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert said(starting.about_secrets()) == ids
    settings.PRODUCTION = False
    assert said(starting.about_secrets()) == []


def test_a_service_account_that_cannot_be_read(settings, tmp_path):
    settings.FCM_SERVICE_ACCOUNT = str(tmp_path / "none.json")
    assert said(starting.about_outside()) == ["house.E016"]
    (tmp_path / "none.json").write_text("{")
    assert said(starting.about_outside()) == ["house.E016"]
    (tmp_path / "none.json").write_text(json.dumps({"client_email": "a@b"}))
    assert said(starting.about_outside()) == []


def test_the_relay_does_not_start_over_a_queue_that_forgets():
    with app.connection_for_write() as broker:
        redis = broker.default_channel.client
        redis.config_set("maxmemory-policy", "allkeys-lru")
        try:
            with pytest.raises(CommandError, match="allkeys-lru"):
                refuse_eviction()
        finally:
            redis.config_set("maxmemory-policy", "noeviction")
    refuse_eviction()


@pytest.mark.django_db
def test_the_doctor_finds_a_sound_house(reference, tmp_path, settings):
    settings.UPLOAD_ROOT = tmp_path
    out = StringIO()
    call_command("doctor", stdout=out)
    assert "FAIL" not in out.getvalue() and "ok    PostGIS 3" in out.getvalue() and "noeviction" in out.getvalue()


@pytest.mark.django_db
def test_the_doctor_says_what_to_do(reference, settings, tmp_path):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    (tmp_path / "file").write_text("")
    settings.UPLOAD_ROOT = tmp_path / "file" / "photos"
    out = StringIO()
    with pytest.raises(CommandError, match="2 to mend"):
        call_command("doctor", stdout=out)
    told = out.getvalue()
    assert "FAIL  Redis does not answer" in told and "see REDIS_URL" in told and "FAIL  photos cannot be written" in told
