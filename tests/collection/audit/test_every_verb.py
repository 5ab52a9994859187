"""Every public verb of the house leaves its line. `tests/clerk.py` watches each call in the whole suite; here: that it can."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collection.accounts import operations as accounts
from collection.audit.models import AuditLine
from collection.audit.steps import record
from collection.dispatch import operations as dispatch
from collection.kernel.actor import HOUSE
from collection.kernel.db import execute
from collection.kernel.ids import uuid7
from tests import cast, clerk

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
#: Questions that somebody asks: they change nothing.
QUESTIONS = {"dispatch.check_pickup", "dispatch.try_pickup", "custody.check_signature"}


def writes_a_line(function, seen=frozenset()) -> bool:
    """Whether the function, or one it names in its own room, calls `record`."""
    module = sys.modules[function.__module__]
    names = {node.id if isinstance(node, ast.Name) else node.attr
             for node in ast.walk(ast.parse(inspect.getsource(function).strip()))
             if isinstance(node, (ast.Name, ast.Attribute))}
    if names & {"record", "record_many"}:
        return True
    called = [one for one in (getattr(module, name, None) for name in names) if inspect.isfunction(one)]
    return any(writes_a_line(one, seen | {function}) for one in map(inspect.unwrap, called)
               if one not in seen and one.__module__.startswith(module.__name__.split(".operations")[0]))


@pytest.mark.parametrize("name", sorted(clerk.verbs().keys() - QUESTIONS))
def test_the_verb_knows_the_record(name):
    assert writes_a_line(clerk.verbs()[name])


def test_each_verb_is_played_under_the_clerks_eyes():
    """By its own name in some test, or, over HTTP alone, by the line it is asserted to have written."""
    said = "".join(path.read_text() for path in Path("tests").rglob("*.py"))

    def is_played(name: str) -> bool:
        lines = re.findall(r'"([a-z_]+\.[a-z_]+)"', inspect.getsource(clerk.verbs()[name]))
        return bool(re.search(rf"\b{name.partition('.')[2]}\b", said)) or any(f'"{line}"' in said for line in lines)

    assert [name for name in clerk.verbs() if not is_played(name)] == []
    assert len(clerk.verbs()) > 60


@pytest.mark.django_db
@pytest.mark.parametrize(("does", "complaint"), [
    ({}, "changed ['waste_category'] without a line"),
    ({"verb": "x"}, "x on 'load' is not a verb on something"),
    ({"verb": "load.see", "after": {}}, "load.see says nothing of what changed"),
    ({"verb": "load.see", "at": AT.replace(hour=5)}, "load.see is not of its time"),
    ({"verb": "load.see", "actor": "other"}, "load.see is not by its actor"),
    ({"verb": "load.see", "times": 2}, "load.see is the second line on load"),
])
def test_the_clerk_sees(actor, does, complaint):
    thing, me = uuid7(AT), actor("manager")

    def verb(*, actor, at):
        execute("UPDATE waste_category SET position = position")
        for _ in range(does.get("times", 1) if "verb" in does else 0):
            record(actor=HOUSE if "actor" in does else actor, at=does.get("at", at), verb=does["verb"],
                   object_type="load", object_id=thing, after=does.get("after", {"seen": True}))

    with pytest.raises(AssertionError) as said:
        clerk.watched("room.verb", verb)(actor=me, at=AT)
    assert complaint in str(said.value)


@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
def test_verbs_no_other_test_plays():
    accounts.add_officer(actor=HOUSE, at=AT, phone="+77010000009", role="auditor", name="", operator_bin=cast.identity_number(),
                         operator_name="Operator")
    someone = cast.person()
    accounts.suspend_user(actor=HOUSE, at=AT, user_id=someone, reason="left")
    accounts.resume_user(actor=HOUSE, at=AT, user_id=someone, reason="came back")
    scene = cast.Scene()
    firm = scene.collector()
    plan = dispatch.queue_plan(actor=firm.actor, at=AT, contract_id=firm.contract_id, day=AT.date())
    dispatch.fail_plan(actor=HOUSE, at=AT, plan_id=plan.id, code="no_vehicle")
    verbs = ("officer.add", "user.suspend", "user.resume", "plan.fail")
    assert [AuditLine.objects.filter(verb=verb).count() for verb in verbs] == [1, 1, 1, 1]
