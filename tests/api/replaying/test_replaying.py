"""Forty rows of the real file over real HTTP: every row is accounted for, and however often it runs, once."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from api.http.authentication import access_token
from api.replaying.feeding import Feeder
from api.replaying.mapping import Unusable
from api.replaying.rows import Wanted, read_rows
from api.replaying.sender import Sender
from collection.accounts import steps
from collection.accounts.models import Organisation
from collection.contracts.models import Enrolment
from collection.kernel.ids import uuid7
from collection.pickups.models import Declared, Pickup
from collection.registry.models import Site
from notifications.models import OutboxRow
from tests import cast
from tests.api.replaying.conftest import SHIPPED

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
REASONS = {
    "date_invalid": 1, "coordinates_invalid": 1, "coordinates_swapped": 1, "coordinates_out_of_bounds": 1,
    "id_missing": 1, "coordinates_missing": 1, "category_unmapped": 4, "cancelled_in_source": 2, "duplicate_id": 2,
    "wrong_width": 2,
}
GOOD = 24


@pytest.fixture
def programme(reference: None, transactional_db: None) -> cast.Scene:
    """A synthetic programme under the shipped mapping's name, in real time."""
    return cast.Scene(at=datetime.now(UTC), code="ecoqolday-live")


@pytest.fixture
def token(programme: cast.Scene) -> str:
    """Of somebody new, who belongs to no organisation."""
    at, session_id = datetime.now(UTC), uuid7(datetime.now(UTC))
    steps.open_session(id=session_id, user_id=cast.person(at), device=str(session_id), refresh_hash=session_id.bytes * 2,
                       at=at, expires_at=at + timedelta(days=1))
    return access_token(session_id)[0]


@pytest.fixture
def file(tmp_path: Path, forty_csv: bytes) -> Path:
    path = tmp_path / "requests.csv"
    path.write_bytes(forty_csv)
    return path


def run(file: Path | str, live_server: Any, token: str, capsys: Any, **options: Any) -> dict[str, Any]:
    """The command; its last line."""
    call_command("replay_requests", str(file), **{
        "mapping": SHIPPED, "url": live_server.url, "token": token, "rate": 1000.0} | options)
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def stored() -> list[tuple[Any, ...]]:
    """Everything that was written, in a form in which two runs can be compared."""
    return sorted(Pickup.objects.values_list(
        "id", "generator__name", "site__name", "category_id", "waste_code_id", "declared_g", "mass_assumed", "window_from",
        "note"))


def test_every_row_is_accounted_for(file, live_server, token, capsys, tmp_path, read, forty_csv, programme):
    report = tmp_path / "report.csv"
    told = run(file, live_server, token, capsys, report=report)
    assert (told["rows"], told["accepted"], told["known"], told["refused"]) == (40, GOOD, 0, 16)
    assert (told["reasons"], told["remarks"]) == (REASONS, {"not_served": GOOD})  # there are no collectors yet
    assert (told["accepted_g"], told["assumed_g"]) == (GOOD * 49_000, GOOD * 49_000)

    pickups = Pickup.objects.all()
    assert set(pickups.values_list("declared_g", "mass_assumed", "category_id", "waste_code_id", "origin")) == {
        (49_000, True, "metal", "200140", "own_premises")}
    assert sum(Declared.objects.values_list("grams", flat=True)) == GOOD * 49_000
    wanted = [row for row in read_rows(forty_csv, read(), start=tomorrow()) if isinstance(row, Wanted)]
    assert sorted((one.note, one.generator.name, one.point.x, one.point.y, one.window_from)
                  for one in pickups.select_related("generator")) == sorted(
        (f"la311-2018 {row.id}", row.area, row.longitude, row.latitude, row.window_from) for row in wanted)

    areas = {row.area for row in wanted}
    made = Organisation.objects.filter(name__in=areas)
    assert (made.count(), set(made.values_list("synthetic", flat=True))) == (len(areas), {True})
    assert Enrolment.objects.filter(generator__in=made, region__isnull=False).count() == len(areas)
    assert Site.objects.filter(organisation__in=made).count() == len({(r.area, r.longitude, r.latitude) for r in wanted})

    with report.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert [int(one["line"]) for one in found] == list(range(2, 42))
    assert Counter(one["code"] for one in found if one["outcome"] == "refused") == REASONS
    assert all(one["why"] for one in found if one["outcome"] == "refused")
    numbers = {one["id"]: int(one["pickup_number"]) for one in found if one["outcome"] == "accepted"}
    assert numbers == {one.note.split()[1]: one.number for one in pickups}
    assert sorted(numbers.values()) == list(numbers.values())  # in the order of the file


def test_a_second_run_adds_nothing_not_even_on_another_day_or_under_forgotten_keys(file, live_server, token, capsys):
    run(file, live_server, token, capsys)
    before = stored()
    again = run(file, live_server, token, capsys)
    assert (again["accepted"], again["known"], again["refused"]) == (0, GOOD, 16)
    later = run(file, live_server, token, capsys, start=tomorrow() + timedelta(days=9))
    assert (later["accepted"], later["known"], later["accepted_g"]) == (0, GOOD, 0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_idempotencykey")  # as after thirty days
    for start in (tomorrow(), tomorrow() + timedelta(days=9)):
        forgotten = run(file, live_server, token, capsys, start=start)
        assert (forgotten["accepted"], forgotten["known"], forgotten["refused"]) == (0, GOOD, 16)
    assert stored() == before
    assert Organisation.objects.filter(name__startswith="Synthetic LA311").count() == len({one[1] for one in before})


def test_killed_in_the_middle_and_taken_up_again_it_equals_one_run(file, live_server, token, capsys, read, forty_csv):
    command = [sys.executable, "manage.py", "replay_requests", str(file), "--mapping", str(SHIPPED), "--url",
               live_server.url, "--rate", "40"]
    env = {name: value for name, value in os.environ.items() if name != "HOUSE_DB_ROLE"} | {"REPLAY_TOKEN": token}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while Pickup.objects.count() < 7 and time.monotonic() < until and process.poll() is None:
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    half = Pickup.objects.count()
    assert 7 <= half < GOOD
    rest = run(file, live_server, token, capsys)
    assert rest["accepted"] + rest["known"] == GOOD
    assert half <= rest["known"] <= half + 1  # one may have been on its way
    together = stored()
    assert len(together) == GOOD and sum(one[5] for one in together) == GOOD * 49_000
    assert {one[8] for one in together} == {
        f"la311-2018 {row.id}" for row in read_rows(forty_csv, read(), start=tomorrow()) if isinstance(row, Wanted)}
    ours = Organisation.objects.filter(name__startswith="Synthetic LA311")
    assert ours.count() == len({one[1] for one in together})
    assert Site.objects.filter(organisation__in=ours).count() == len({(one[1], one[2]) for one in together})


def test_one_bad_row_stops_everything_when_that_is_asked(file, live_server, token, capsys):
    with pytest.raises(CommandError, match="nothing was sent"):
        run(file, live_server, token, capsys, strict=True)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["refused"], told["not_sent"], told["http_requests"]) == (16, GOOD, 0)
    assert not Pickup.objects.exists()


def test_a_dry_run_needs_nobody_and_sends_nothing(file, capsys, settings):
    call_command("replay_requests", str(file), mapping=SHIPPED, dry_run=True, url="http://127.0.0.1:9")
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["not_sent"], told["refused"], told["reasons"]) == (GOOD, 16, REASONS)


@pytest.mark.parametrize(("options", "why", "code"), [
    ({"token": ""}, "Say who sends", 2), ({"rate": 0.0}, "--rate must be above 0", 2), ({"file": "none.csv"}, "Cannot read", 2),
    ({"mapping": Path("none.json")}, "cannot be used; nothing was sent", 2), ({"token": "worn-out"}, "Stopped: the token", 1),
    ({"url": "http://127.0.0.1:9", "rate": 10_000.0}, "Stopped: gave up", 1),
])
def test_what_ends_the_command_and_with_which_code(file, live_server, capsys, monkeypatch, options, why, code):
    monkeypatch.setattr("api.replaying.sender.TRIES", 1)
    monkeypatch.delenv("REPLAY_PHONE", raising=False)
    with pytest.raises(CommandError, match=why) as error:
        run(**{"file": file, "live_server": live_server, "token": "mine", "capsys": capsys} | options)
    assert error.value.returncode == code
    assert not Pickup.objects.exists()


def test_what_the_api_refuses_is_reported_with_its_reason(file, live_server, token, capsys, tmp_path, document):
    """Dates that are kept are of 2018, when there was no programme; and a place in the Issyk-Kul is abroad."""
    mapping = tmp_path / "kept.json"
    mapping.write_text(json.dumps(document(dates=document()["dates"] | {"mode": "keep"})))
    told = run(file, live_server, token, capsys, mapping=mapping)
    assert (told["accepted"], told["reasons"]["window_is_past"]) == (0, GOOD)
    anchor = document()["transform"] | {"anchor": {"there": [-118.3737, 34.0971], "here": [77.2, 42.45]}}
    mapping.write_text(json.dumps(document(transform=anchor)))
    told = run(file, live_server, token, capsys, mapping=mapping)
    assert (told["accepted"], told["reasons"]["outside_country"]) == (0, GOOD)
    assert not Pickup.objects.exists()


def test_the_mapping_is_held_against_the_programme_before_anything_is_sent(live_server, token, read, programme):
    def defects(**changes: Any) -> list[str]:
        sender = Sender(live_server.url, rate=1000, token=token)
        with pytest.raises(Unusable) as error:
            Feeder(sender, read(**changes)).check()
        sender.http.close()
        return error.value.defects

    odd = {"Bulky Items": {"category": "furniture", "assumed_g": 1}, "E": {
        "category": "metal", "waste_code": "150102", "assumed_g": 1}}
    furniture, code = defects(categories=odd)
    assert furniture.startswith("/categories/Bulky Items/category: the programme has no 'furniture', only glass, ")
    assert code == "/categories/E/waste_code: 150102 is not one of metal: 150104, 200140"
    assert defects(programme="nowhere") == ["/programme: 'nowhere': Not found"]
    cast.contracts.create_programme(
        actor=programme.manager, at=programme.at, code="real", name=cast.Words("Н", "Н", "R"),
        starts_on=tomorrow(), synthetic=False)
    assert defects(programme="real") == [
        "/programme: 'real' is not synthetic; made-up generators have no place in it"]


def test_somebody_signs_in_with_a_one_time_code_and_the_token_is_renewed(live_server, programme, forty_csv, read):
    number = "+77016310311"
    sender = Sender(live_server.url, rate=1000)
    sender.sign_in(number, lambda: "".join(filter(str.isdigit, OutboxRow.objects.filter(
        address=number).latest("id").text.split(":")[-1]))[:6])
    sender.http.headers["Authorization"] = "Bearer worn-out"
    feeder = Feeder(sender, read())
    feeder.check()
    outcomes = Counter(one.outcome for one in feeder.feed(read_rows(forty_csv, read(), start=tomorrow())))
    sender.http.close()
    assert outcomes == {"accepted": GOOD, "refused": 16}
    assert sender.http.headers["Authorization"] != "Bearer worn-out"


def test_another_person_s_replay_of_the_same_file_is_refused_row_by_row(file, live_server, token, capsys, programme):
    run(file, live_server, token, capsys)
    at, session_id = datetime.now(UTC), uuid7(datetime.now(UTC))
    steps.open_session(id=session_id, user_id=cast.person(at), device=str(session_id), refresh_hash=session_id.bytes * 2,
                       at=at, expires_at=at + timedelta(days=1))
    told = run(file, live_server, access_token(session_id)[0], capsys)
    assert (told["accepted"], told["known"], told["reasons"]["id_taken"]) == (0, 0, GOOD)
    assert Pickup.objects.count() == GOOD


def tomorrow() -> Any:
    from collection.kernel.calendar import almaty_date

    return almaty_date(datetime.now(UTC)) + timedelta(days=1)
