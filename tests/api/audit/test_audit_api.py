"""The record over HTTP, for those who look back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from collection.audit.operations import anchor_lines
from collection.audit.steps import record
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.db import execute
from tests.cast import AT

pytestmark = pytest.mark.django_db


def say(verb, thing, at=AT, object_type="load"):
    actor = Actor(uuid4(), uuid4(), "driver", "trip-1")
    record(actor=actor, at=at, verb=verb, object_type=object_type, object_id=thing, before={"net_g": 4}, after={"net_g": 5})
    return actor


def verbs(answer):
    assert answer.status_code == 200, answer.content
    return [one["verb"] for one in answer.json()["items"]]


@pytest.mark.parametrize("role", ["auditor", "inspector"])
def test_lines_are_found_by_object_verb_and_time(sign_in, role):
    phone, load, other = sign_in(role), uuid4(), uuid4()
    weigher = say("load.weigh", load)
    say("load.deliver", load, AT + timedelta(hours=1))
    say("load.weigh", other, AT + timedelta(hours=2))
    say("photo.attach", load, AT + timedelta(hours=3), "photo")  # another kind of thing with the same id
    assert verbs(phone.get(f"audit/lines?object_id={load}")) == ["photo.attach", "load.deliver", "load.weigh"]
    assert verbs(phone.get(f"audit/lines?object_id={load}&object_type=load")) == ["load.deliver", "load.weigh"]
    assert verbs(phone.get("audit/lines?verb=load.weigh")) == ["load.weigh", "load.weigh"]
    assert verbs(phone.get("audit/lines?verb=load.weigh&since=2026-03-02T10:00:00%2B05:00")) == ["load.weigh"]
    assert verbs(phone.get(f"audit/lines?object_id={uuid4()}")) == []
    first = phone.get(f"audit/lines?object_id={load}").json()["items"][-1]
    assert {name: first[name] for name in ("at", "actor_id", "actor_role", "before", "after", "request_id", "seq",
                                           "prev_hash")} == {
        "at": "2026-03-02T04:00:00Z", "actor_id": str(weigher.user_id), "actor_role": "driver", "before": {"net_g": 4},
        "after": {"net_g": 5}, "request_id": "trip-1", "seq": 1, "prev_hash": ""}
    assert len(first["hash"]) == 64


def test_pages_go_on_where_the_last_one_ended(sign_in):
    phone, load = sign_in("auditor"), uuid4()
    for number in range(5):
        say(f"step.{number}", load)
    seen, cursor = [], ""
    while cursor is not None:
        page = phone.get(f"audit/lines?object_id={load}&limit=2" + (f"&cursor={cursor}" if cursor else ""))
        seen += verbs(page)
        cursor = page.json()["next_cursor"]
    assert seen == [f"step.{number}" for number in (4, 3, 2, 1, 0)]
    assert phone.get("audit/lines?since=yesterday").status_code == 400


def test_an_organisation_s_row_before_and_after(sign_in):
    phone = sign_in("auditor")
    organisation = phone.actor.organisation_id
    execute("UPDATE accounts_organisation SET name = 'Renamed' WHERE id = %s", [organisation])
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    changed, made = phone.get(f"audit/history?object_type=organisation&object_id={organisation}").json()["items"]
    assert (made["change"], made["before"], changed["change"]) == ("insert", None, "update")
    assert changed["before"]["name"] == made["after"]["name"] != changed["after"]["name"] == "Renamed"
    assert (changed["line"], changed["verb"]) == (None, None), "by hand"


def test_anchors_to_compare_with_one_s_own_copy(sign_in):
    say("load.weigh", uuid4())
    made = [anchor_lines(actor=HOUSE, at=AT + timedelta(days=day)) for day in range(2)]
    shown = sign_in("auditor").get("audit/anchors").json()["items"]
    assert [(one["number"], one["day"], one["root"]) for one in shown] == [
        (2, "2026-03-03", made[1].root), (1, "2026-03-02", made[0].root)]


@pytest.mark.parametrize("path", ["lines", "history", "anchors"])
def test_others_see_nothing(sign_in, stranger, path):
    assert stranger.get(f"audit/{path}").status_code == 401
    for role in ("manager", "finance", "support", "collector_admin", *(["inspector"] if path != "lines" else [])):
        assert sign_in(role).get(f"audit/{path}").status_code == 403
