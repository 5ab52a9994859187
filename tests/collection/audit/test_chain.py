"""The record: one line per verb, chained per object, changed by nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from collection.audit.models import AuditLine
from collection.audit.queries import broken_lines
from collection.audit.steps import Line, record, record_many
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.db import execute

AT = datetime(2025, 8, 31, 18, 30, tzinfo=UTC)
THING = UUID("0192f0c1-2b3c-7d4e-8f50-617283940a1b")


def say(verb: str, thing: UUID = THING, **after: object) -> None:
    record(actor=Actor(uuid4(), uuid4(), "driver", "trip-1"), at=AT, verb=verb, object_type="load", object_id=thing,
           after=after)


@pytest.mark.django_db
def test_lines_of_one_object_form_a_chain():
    for verb in ("load", "weigh", "deliver"):
        say(verb)
    say("load", uuid4())
    lines = list(AuditLine.objects.filter(object_id=THING).order_by("seq"))
    assert [(line.seq, line.verb) for line in lines] == [(1, "load"), (2, "weigh"), (3, "deliver")]
    assert [bytes(line.prev_hash) for line in lines] == [b"", bytes(lines[0].hash), bytes(lines[1].hash)]
    assert lines[0].at == AT and lines[0].recorded_at > AT and lines[0].request_id == "trip-1"
    assert broken_lines() == []


@pytest.mark.django_db
def test_many_lines_with_one_statement_also_of_one_object(django_assert_num_queries):
    things = [uuid4() for _ in range(50)]
    with django_assert_num_queries(1):
        record_many(actor=HOUSE, at=AT, lines=[Line("weigh", "load", thing, {}, {"net_g": 5}) for thing in things * 2])
    assert sorted(AuditLine.objects.values_list("seq", flat=True)) == [1] * 50 + [2] * 50
    assert broken_lines() == []


@pytest.mark.django_db
@pytest.mark.parametrize("change", [
    "UPDATE audit_auditline SET verb = 'other'", "DELETE FROM audit_auditline", "TRUNCATE audit_auditline",
    "ALTER TABLE audit_auditline DISABLE TRIGGER USER", "DROP TRIGGER audit_is_history ON audit_auditline",
    "UPDATE audit_statechange SET became = 'paid'", "DELETE FROM audit_statechange",
])
def test_the_app_may_not_change_the_record(change):
    say("load")
    with pytest.raises(DatabaseError), transaction.atomic():
        execute("SET LOCAL ROLE house_app")
        execute(change)
    assert AuditLine.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["UPDATE audit_auditline SET verb = 'other'", "DELETE FROM audit_auditline"])
def test_not_even_the_owner_changes_it_by_accident(change):
    say("load")
    with pytest.raises(DatabaseError, match="history"), transaction.atomic():
        execute(change)


@pytest.mark.django_db
@pytest.mark.parametrize(("tampering", "expected"), [
    ("UPDATE audit_auditline SET after = '{\"net_g\": 9}' WHERE seq = 2", [2]),
    ("UPDATE audit_auditline SET actor_role = 'manager' WHERE seq = 1", [1]),
    ("UPDATE audit_auditline SET at = at + interval '1 microsecond' WHERE seq = 3", [3]),
    ("DELETE FROM audit_auditline WHERE seq = 2", [3]),
    ("UPDATE audit_auditline SET seq = 5 - seq WHERE seq IN (2, 3)", [2, 3]),
    ("UPDATE audit_auditline SET object_id = gen_random_uuid() WHERE seq = 3", [3]),
])
def test_tampering_shows(tampering, expected):
    for verb in ("load", "weigh", "deliver"):
        say(verb, net_g=5)
    number = {line.id: line.seq for line in AuditLine.objects.all()}
    execute("ALTER TABLE audit_auditline DISABLE TRIGGER audit_is_history")
    execute("ALTER TABLE audit_auditline DROP CONSTRAINT audit_chain_is_a_line")
    execute(tampering)
    assert [number[line] for line in broken_lines()] == expected


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_never_fork_the_chain():
    def write(_: int) -> None:
        try:
            for _ in range(10):
                say("weigh")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert sorted(AuditLine.objects.values_list("seq", flat=True)) == list(range(1, 81))
    assert broken_lines() == []
