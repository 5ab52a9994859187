"""Times and ids, B40-B50: every instant, day, month and id of every body, filters and paths."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from api.http import checks
from api.http.fields import Day, Id, Instant, Month
from collection.custody.models import Weighing
from collection.dispatch.models import Job
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from collection.pickups import operations as photos
from collection.pickups.models import Declared, Pickup
from tests import cast
from tests.bad_inputs.doors import slots
from tests.bad_inputs.forms import instant, pickup_form, refused, weighing_form

pytestmark = pytest.mark.django_db
NO_UUID = (123, "{0192f0c1-2b3c-7d4e-8f50-617283940a1b}", "urn:uuid:0192f0c1-2b3c-7d4e-8f50-617283940a1b",
           "0192f0c12b3c7d4e8f50617283940a1b", "٠192f0c1-2b3c-7d4e-8f50-617283940a1b", "")


@pytest.fixture
def blamed(phones, unwritten, shop, scene):
    """`blamed(value, code)`: every instant refuses it, and a request that is good otherwise for it alone."""
    def blamed(value: object, code: str, sort: type = Instant, least: int = 10) -> None:
        found = slots(sort)
        assert len(found) >= least
        for slot in found:
            named = refused(slot.door.send(phones, slot.json(json.dumps(value))), 400)
            assert named[slot.pointer] == code, (slot, value, named)
        for name in ("window_from", "window_to", "occurred_at") if sort is Instant else ():
            assert refused(shop.post("pickups", pickup_form(scene, **{name: value})), 400) == {f"/{name}": code}

    with unwritten():
        yield blamed


def test_b40_moments_that_never_were(blamed):
    for value in ("2026-02-30T10:00:00Z", "2026-02-27T24:00:00Z", "2026-02-27T23:59:60Z", "2026-13-01T00:00:00Z"):
        blamed(value, "not_an_instant")
    blamed("2026-02-30", "not_a_date", Day, least=6)
    blamed("2026-13", "not_a_month", Month, least=1)


def test_b41_without_an_offset(blamed):
    for value in ("2026-03-02T10:00:00", "2026-03-02T10:00:00+25:00", "2026-03-02T10:00:00-00"):
        blamed(value, "not_an_instant")


def test_b42_other_notations(blamed):
    for value in ("2026-W10-1", "20261122T100000Z", "2026-11-22", "2026-11-22 10:00:00Z", 1732269600):
        blamed(value, "not_an_instant")
    for value in ("2026-W10-1", "20260203", "2026-02-03T00:00:00Z", 5):
        blamed(value, "not_a_date", Day, least=6)


def test_b43_beyond_the_business_years(blamed):
    for value in ("9999-12-31T23:59:00Z", "0001-01-01T00:00:00Z", "1999-12-31T23:59:59Z"):
        blamed(value, "out_of_range")
    for value in ("9999-12-31", "0001-01-01"):
        blamed(value, "out_of_range", Day, least=6)


def test_b44_windows_that_cannot_be_kept(shop, scene, unwritten):
    hour = timedelta(hours=1)
    with unwritten():
        for start, end, named in (
            (-26 * hour, -24 * hour, {"/window_to": "window_is_past"}),
            (5 * 8766 * hour, 5 * 8766 * hour + hour, {"/window_from": "too_far_ahead"}),
            (4 * hour, 3 * hour, {"/window_to": "window_ends_before_it_starts"}),
            (4 * hour, 4 * hour, {"/window_to": "window_ends_before_it_starts"}),
        ):
            form = pickup_form(scene, window_from=instant(scene.at + start), window_to=instant(scene.at + end))
            for path in ("pickups", "pickups/check"):
                assert refused(shop.post(path, form), 422) == named


@pytest.mark.parametrize(("now", "day"), [
    ("2024-02-29T23:30:00+06:00", date(2024, 2, 29)), ("2024-02-29T23:30:00+05:00", date(2024, 2, 29)),
    ("2024-03-01T00:00:00+05:00", date(2024, 3, 1)),
])
def test_b45_half_an_hour_that_happened_twice(now, day, reference, as_house_app, phone_for):
    """The offset decides which of the two it is; both are February's. The totals: tests/collection/stats."""
    at = datetime.fromisoformat(now)
    with frozen(at):
        scene = cast.Scene(at=at)
        made = phone_for(scene, scene.generator.actor).post("pickups", pickup_form(scene, occurred_at=now))
    assert made.status_code == 201
    assert Pickup.objects.get().occurred_at == at and Declared.objects.get().occurred_on == day
    assert made.json()["occurred_at"] == at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_b46_the_phones_clock_is_kept_and_the_house_decides(shop, scene):
    for ahead, flags in ((timedelta(days=1), ["device_clock_ahead"]), (-timedelta(days=1), [])):
        told = scene.at + ahead
        made = shop.post("pickups", pickup_form(scene, occurred_at=instant(told))).json()
        kept = Pickup.objects.get(pk=made["id"])
        assert (kept.occurred_at, kept.submitted_at, made["flags"]) == (told, scene.at, flags)


def test_b46_a_ticket_from_before_the_load_and_from_tomorrow(haul, phone_of, unwritten):
    recycler, at = phone_of(haul.recycler.actor), haul.scene.at
    loads, tag = haul.loaded(at, 2), f'"1-{recycler.actor.role}"'
    with unwritten():
        late = weighing_form(haul, occurred_at=instant(at + timedelta(days=1, seconds=1)))
        answer = recycler.post(f"consignments/{loads[0]}/weighing", late, If_Match=tag)
        assert refused(answer, 422, "occurred_in_future") == {"/occurred_at": "occurred_in_future"}
    for load, told in zip(loads, (at + timedelta(days=1), at - timedelta(days=1)), strict=True):
        answer = recycler.post(f"consignments/{load}/weighing", weighing_form(haul, occurred_at=instant(told)), If_Match=tag)
        kept = Weighing.objects.get(consignment=load)
        assert (answer.status_code, kept.occurred_at, kept.recorded_at) == (201, told, at)


def test_b47_what_is_another_organisations_is_not_there(scene, phone_of, unwritten, shop):
    stranger, one, _ = phone_of(scene.stranger.actor), scene.collector(), scene.recycler()
    pickup = scene.offered()
    offer, job = scene.offer_of(one, pickup), scene.accept(one, pickup).job_id
    photo = photos.announce_photo(actor=scene.generator.actor, at=scene.at, content_type="image/jpeg", size=5, sha256="0" * 64)
    winner, other, nothing = phone_of(one.actor), phone_of(scene.collector().actor), uuid7(scene.at)
    mine = pickup_form(scene, site_id=str(scene.stranger.site_id))
    with unwritten():
        for phone, asked in (
            (stranger, lambda pk: stranger.get(f"pickups/{pk}")),
            (stranger, lambda pk: stranger.post(f"pickups/{pk}/cancel", {"reason": "mistake"}, If_Match='"1-generator_admin"')),
            (stranger, lambda pk: stranger.post("pickups", mine | {"photo_ids": [str(pk)]})),
            (stranger, lambda pk: stranger.post("pickups", mine | {"site_id": str(pk)})),
            (other, lambda pk: other.get(f"offers/{pk}")), (other, lambda pk: other.post(f"offers/{pk}/accept")),
            (other, lambda pk: other.get(f"jobs/{pk}")), (other, lambda pk: other.post(f"jobs/{pk}/en-route")),
        ):
            answers = [plain(asked(pk)) for pk in (pickup, offer, job, photo.id, scene.generator.site_id, nothing)]
            assert all(answer == answers[-1] for answer in answers) and answers[-1]["status"] == 404, phone
        for path in (f"jobs?pickup={pickup}", f"offers?pickup={pickup}"):
            assert other.get(path).json()["items"] == []
            assert len(winner.get(path).json()["items"]) == 1
    assert Job.objects.get().state == "assigned" and shop.get(f"pickups/{pickup}").status_code == 200


def plain(answer) -> dict:
    return {name: value for name, value in answer.json().items() if name not in ("instance", "trace_id")}


def test_b48_ids_are_canonical(phones, shop, scene, unwritten):
    with unwritten():
        for slot in slots(Id):
            for value in NO_UUID:
                named = refused(slot.door.send(phones, slot.json(json.dumps(value))), 400)
                assert named[slot.pointer] == "not_a_uuid", (slot, value, named)
        for value in NO_UUID:
            for name in ("id", "site_id"):
                assert refused(shop.post("pickups", pickup_form(scene, **{name: value})), 400) == {f"/{name}": "not_a_uuid"}
        assert refused(shop.post("pickups", pickup_form(scene, id=str(uuid4()))), 400) == {"/id": "not_a_uuid7"}
        for slot in slots(Id, reading="queries"):
            path = f"{slot.door.path}?{slot.steps[0]}={NO_UUID[1]}"
            assert refused(phones(slot.door.role).get(path), 400)[slot.pointer] == "not_a_uuid"


def paths_of(pk: str) -> list[str]:
    """Every route with one id in it, with this one."""
    routes = [route.removeprefix("api/v1/") for route, _ in checks.api_routes()]
    return [re.sub(r"<uuid:\w+>", lambda _: pk, route) for route in routes if route.count("<uuid:") == 1]


def test_b49_other_digits_in_a_path(shop, unwritten):
    assert len(paths_of("x")) > 20
    with unwritten():
        for pk in ("٣", "٠192f0c1-2b3c-7d4e-8f50-617283940a1b"):
            for path in paths_of(pk):
                assert refused(shop.get(path), 404, "not_found") == {}


def test_b50_what_is_no_id_in_a_path(shop, unwritten):
    with unwritten():
        for pk in ("-1", "9" * 30, "%2e%2e", "x" * 300, "%00", "{0192f0c1-2b3c-7d4e-8f50-617283940a1b}"):
            for path in paths_of(pk):
                assert refused(shop.get(path), 404, "not_found") == {}


