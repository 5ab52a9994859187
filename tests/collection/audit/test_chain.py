"""The record: one line per verb, chained per object, changed by nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from collection.accounts.models import Organisation
from collection.audit.models import AuditLine
from collection.audit.operations import anchor_lines
from collection.audit.queries import verify
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
    assert verify().findings == []


@pytest.mark.django_db
def test_many_lines_with_one_statement_also_of_one_object(django_assert_num_queries):
    things = [uuid4() for _ in range(50)]
    with django_assert_num_queries(1):
        record_many(actor=HOUSE, at=AT, lines=[Line("weigh", "load", thing, {}, {"net_g": 5}) for thing in things * 2])
    assert sorted(AuditLine.objects.values_list("seq", flat=True)) == [1] * 50 + [2] * 50
    assert verify().findings == []


@pytest.mark.django_db
@pytest.mark.parametrize("change", [
    "UPDATE audit_auditline SET verb = 'other'", "DELETE FROM audit_auditline", "TRUNCATE audit_auditline",
    "ALTER TABLE audit_auditline DISABLE TRIGGER USER", "DROP TRIGGER audit_is_history ON audit_auditline",
    "SET session_replication_role = replica", "ALTER FUNCTION audit_chain() RENAME TO other",
    *(f"{change} {table}{rest}" for table in ("audit_chainhead", "audit_anchor", "audit_anchoredhead", "audit_rowhistory",
                                              "audit_statechange")
      for change, rest in (("INSERT INTO", " DEFAULT VALUES"), ("DELETE FROM", ""), ("TRUNCATE", ""))),
    "UPDATE audit_chainhead SET last_seq = 0", "UPDATE audit_anchor SET root = ''",
    "UPDATE audit_anchoredhead SET hash = ''", "UPDATE audit_rowhistory SET after = '{}'",
    "UPDATE audit_statechange SET became = 'paid'", "ALTER TABLE audit_statechange DISABLE TRIGGER USER",
    "ALTER TABLE contracts_contract DISABLE TRIGGER keep_history",
])
def test_the_app_may_not_change_the_record(change):
    say("load")
    with pytest.raises(DatabaseError, match=r"denied|must be owner"), transaction.atomic():
        execute("SET LOCAL ROLE house_app")
        execute(change)
    assert AuditLine.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", [
    "UPDATE audit_auditline SET verb = 'other'", "DELETE FROM audit_auditline", "DELETE FROM audit_anchor",
    "UPDATE audit_anchoredhead SET seq = 7", "UPDATE audit_statechange SET became = 'paid'", "DELETE FROM audit_statechange",
    "UPDATE audit_rowhistory SET line = 1", "DELETE FROM audit_rowhistory",
])
def test_not_even_the_owner_changes_it_by_accident(change):
    say("load")
    anchor_lines(actor=HOUSE, at=AT)
    Organisation.objects.create(id=THING, kind="company", identity_number="000140000009", name="x", created_at=AT)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("INSERT INTO audit_statechange (object_type, object_id, was, became, at) VALUES ('x', %s, '', 'y', now())", [THING])
    with pytest.raises(DatabaseError, match="history"), transaction.atomic():
        execute(change)


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
    assert verify().findings == []


@pytest.mark.django_db(transaction=True)
def test_a_writer_waits_for_nobody_but_a_writer_on_the_same_object():
    other, waited = uuid4(), {}

    def write(thing: UUID) -> None:
        try:
            with transaction.atomic():
                execute("SET LOCAL lock_timeout = '300ms'")
                say("weigh", thing)
        except DatabaseError as error:
            waited[thing] = str(error)
        finally:
            connection.close()

    with transaction.atomic():
        say("load")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, [THING, other]))
    assert list(waited) == [THING] and "lock timeout" in waited[THING]
    assert list(AuditLine.objects.filter(object_id=other).values_list("seq", flat=True)) == [1]


@pytest.mark.django_db(transaction=True)
def test_bulk_writers_over_the_same_objects_never_deadlock():
    things = [uuid4() for _ in range(40)]

    def write(number: int) -> None:
        try:
            for turn in range(5):
                order = things[::-1] if (number + turn) % 2 else things
                record_many(actor=HOUSE, at=AT, lines=[Line("weigh", "load", thing) for thing in order])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert AuditLine.objects.count() == 4 * 5 * 40
    assert verify().findings == []
