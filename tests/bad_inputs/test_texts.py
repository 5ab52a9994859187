"""Texts and forms, B22-B31: every text field of every body, every text filter, every form."""

from __future__ import annotations

import json

import pytest

from api.http.fields import Text
from collection.pickups.models import Pickup
from collection.registry.models import Site
from notifications.models import Notice, OutboxRow
from tests.bad_inputs.doors import doors, slots
from tests.bad_inputs.forms import pickup_form, point, refused

pytestmark = pytest.mark.django_db
NAMES = {"/name", "/site/name", "/name/kk", "/buyer"}
PLACE = {"name": "x", "point": point()}


@pytest.fixture
def blamed(phones, unwritten):
    """`blamed(value, code)`: what every text (of these) says to it."""
    def blamed(value: str, code: str, *others: str, among: set[str] | None = None) -> None:
        found = [slot for slot in slots(Text) if among is None or slot.pointer in among]
        assert len(found) > 6
        for slot in found:
            named = refused(slot.door.send(phones, slot.json(json.dumps(value))), 400)
            assert named.get(slot.pointer, named.get("")) in (code, *others), (slot, value, named)

    with unwritten():
        yield blamed


@pytest.fixture
def filters(phones, unwritten):
    """`filters(text, code)`: what every filter that reads text says to it."""
    def filters(text: str, code: str) -> None:
        found = [slot for slot in slots(Text, reading="queries") if slot.door.method == "GET"]
        assert len(found) > 15
        for slot in found:
            path = f"{slot.door.path}?{slot.steps[0]}={text}"
            named = refused(phones(slot.door.role).get(path), 400)
            assert named.get(slot.pointer, named.get("")) == code, (path, named)

    with unwritten():
        yield filters


def test_b22_control_characters(blamed, shop, unwritten):
    for value in ("a\tb", "a\u0085b", "a\u2028b", "a\uffff"):
        blamed(value, "control_character", among=NAMES)
    blamed("a\0b", "nul")
    with unwritten():
        assert refused(shop.post("sites", b'{"name": "a\x00b"}'), 400) == {"": "not_json"}


def test_b23_nul_in_a_filter(filters):
    filters("a%00b", "control_character")
    filters("%ff", "not_utf8")


def test_b24_broken_text_anywhere_in_the_json(phones, unwritten):
    with unwritten():
        for door in doors():
            for body, code in ((b'{"x": "\\u0000"}', "nul"), (b'{"x": "\\ud800"}', "lone_surrogate"),
                               (b'{"x": [{"\\udfff": 1}]}', "lone_surrogate")):
                assert refused(door.send(phones, body), 400) == {"": code}


def test_b25_names_that_nobody_can_see(blamed, shop, unwritten):
    for value in ("\u200b", "\u3164\u3164", "   ", "\u2800", "\u0301"):
        blamed(value, "blank", among=NAMES)
    with unwritten():
        assert refused(shop.post("sites", PLACE | {"name": "\u200b\u3164"}), 400) == {"/name": "blank"}


def test_b26_text_that_turns_around(blamed, shop, scene, unwritten):
    for value in ("a\u202eb", "\u2066a\u2069", "\u202dx"):
        blamed(value, "bidi_override", "too_long", "wrong_format", among=NAMES | {"/note", "/address", "/reason"})
    with unwritten():
        for path in ("pickups", "pickups/check"):
            assert refused(shop.post(path, pickup_form(scene, note="a\u202eb")), 400) == {"/note": "bidi_override"}


def test_b26_a_note_is_never_in_a_push(shop, scene):
    scene.collector()
    made = shop.post("pickups", pickup_form(scene, note="Қақпа 2"))
    scene.advance(Pickup.objects.get().pk)
    assert made.json()["note"] == "Қақпа 2" and Notice.objects.count() > 1
    for model in (Notice, OutboxRow):
        assert "Қақпа" not in str(list(model.objects.values()))


def test_b27_towers_and_families(blamed):
    family = "👨\u200d👩\u200d👧\u200d👦"
    blamed("a" + "\u0301" * 10_000, "too_long", among=NAMES)
    blamed("a" + "\u0489" * 20, "too_many_marks", "too_long", among=NAMES)
    blamed(family * 30, "too_long", among={slot.pointer for slot in slots(Text) if slot.field.max_length <= 200})


def test_b27_length_is_counted_in_code_points(shop, unwritten):
    family = "👨\u200d👩\u200d👧\u200d👦"
    assert shop.post("sites", PLACE | {"name": family * 21}).json()["name"] == family * 21  # 147 of 200
    with unwritten():
        assert refused(shop.post("sites", PLACE | {"name": family * 29}), 400) == {"/name": "too_long"}


def test_b28_kazakh_is_kept_composed(shop):
    given = "Қазақ ә ғ қ ң ө ұ ү һ і, Ти\u0438\u0306, Cafe mіxed"
    made = shop.post("sites", PLACE | {"name": given})
    assert made.json()["name"] == Site.objects.get(pk=made.json()["id"]).name == given.replace("и\u0306", "й")


def test_b29_what_looks_like_code_is_kept_as_it_is(shop, scene):
    text = "'; DROP TABLE x; -- {{7*7}} <img onerror=x> =cmd()"
    made = shop.post("sites", PLACE | {"name": text, "address": text})
    assert (made.status_code, made.json()["name"], made.json()["address"]) == (201, text, text)
    asked = shop.post("pickups", pickup_form(scene, note=text))
    assert (asked.status_code, Pickup.objects.get().note) == (201, text)
    assert asked["Content-Type"].startswith("application/json") and asked["X-Content-Type-Options"] == "nosniff"


def test_b30_null_missing_and_empty(phones, shop, scene, unwritten):
    with unwritten():
        for door in doors():
            needed = {name for name, field in door.form().fields.items() if field.required}
            if needed:
                assert refused(door.send(phones, {}), 400).items() >= dict.fromkeys(
                    [f"/{name}" for name in needed], "required").items()
                named = refused(door.send(phones, dict.fromkeys(needed)), 400)
                assert all(named[f"/{name}"] == "null" for name in needed if not door.form().fields[name].allow_null)
        for slot in slots(Text):
            if slot.field.shortest:
                assert refused(slot.door.send(phones, slot.json('""')), 400)[slot.pointer] == "blank"
        form = pickup_form(scene)
        for name in form:
            assert refused(shop.post("pickups", form | {name: None}), 400) == {f"/{name}": "null"}
            without = {key: value for key, value in form.items() if key != name}
            assert refused(shop.post("pickups", without), 400) == {f"/{name}": "required"}
    assert shop.post("pickups", form | {"note": ""}).json()["note"] == ""


def test_b31_unknown_and_read_only_fields(phones, shop, scene, unwritten):
    with unwritten():
        for door in doors():
            named = refused(door.send(phones, {"surprise": 1, "version": 5, "paid_tiyn": 1}), 400)
            assert {"/surprise", "/version", "/paid_tiyn"} <= {at for at, code in named.items() if code == "unknown_field"}
        for name, value in (("state", "accepted"), ("generator_id", str(scene.stranger.site_id)), ("number", 1),
                            ("submitted_at", "2026-03-02T04:00:00Z"), ("created_by", None)):
            assert refused(shop.post("pickups", pickup_form(scene, **{name: value})), 400) == {f"/{name}": "unknown_field"}
        assert refused(shop.post("sites", PLACE | {"id": str(scene.generator.site_id)}), 400) == {"/id": "unknown_field"}
