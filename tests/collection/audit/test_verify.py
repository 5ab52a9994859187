"""Each kind of tampering by the owner of the tables, triggers off, is found and named with its object and line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID, uuid4

import orjson
import pytest
from django.core.management import CommandError, call_command

from collection.audit import queries
from collection.audit.models import AuditAnchor, AuditLine
from collection.audit.operations import anchor_lines
from collection.audit.steps import record
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.db import execute

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ONE, TWO = UUID(int=11), UUID(int=12)
LINE = "audit_auditline"
#: What somebody does who knows how hashes are made: from a line on, the chain is made anew, and its head with it.
REWRITE = f"""
DO $$ DECLARE one audit_auditline; last bytea := '';
BEGIN
    FOR one IN SELECT * FROM audit_auditline WHERE object_id = '{ONE}' ORDER BY seq LOOP
        UPDATE audit_auditline SET prev_hash = last, hash = audit_hash(last, one.seq, one) WHERE id = one.id
            RETURNING hash INTO last;
    END LOOP;
    UPDATE audit_chainhead SET last_hash = last WHERE object_id = '{ONE}';
END $$"""
#: And the anchors after it.
REANCHOR = """
UPDATE audit_anchoredhead head SET hash = line.hash FROM audit_auditline line
    WHERE (line.object_id, line.object_type, line.seq) = (head.object_id, head.object_type, head.seq);
DO $$ DECLARE one audit_anchor; last bytea := '';
BEGIN
    FOR one IN SELECT * FROM audit_anchor ORDER BY number LOOP
        UPDATE audit_anchor SET root = audit_root(one, last) WHERE number = one.number RETURNING root INTO last;
    END LOOP;
END $$"""
EDIT = f"UPDATE {LINE} SET after = '{{\"net_g\": 9}}' WHERE object_id = '{ONE}' AND seq = 2"


def say(thing: UUID, *verbs: str) -> None:
    for verb in verbs:
        record(actor=Actor(uuid4(), uuid4(), "driver", "trip-1"), at=AT, verb=verb, object_type="load", object_id=thing,
               after={"net_g": 5})


@pytest.fixture
def history(db):
    """Two loads of four lines, an anchor, two lines more, an anchor of the next day, and one line after it."""
    for thing in (ONE, TWO):
        say(thing, "load", "weigh", "deliver", "receive")
    anchor_lines(actor=HOUSE, at=AT)
    say(ONE, "correct", "pay")
    anchor_lines(actor=HOUSE, at=AT + timedelta(days=1))
    say(TWO, "pay")
    assert queries.verify().findings == []


def tamper(*statements: str) -> None:
    for table in (LINE, "audit_anchor", "audit_anchoredhead"):
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    execute(f"ALTER TABLE {LINE} DROP CONSTRAINT audit_chain_is_a_line")
    for statement in statements:
        execute(statement)


def found(**asked):
    return [(one.kind, one.object_type, one.object_id and one.object_id.int - 10, one.seq)
            for one in queries.verify(**asked).findings]


def of_one(which: str) -> str:
    return f"WHERE object_id = '{ONE}' AND {which}"


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(("tampering", "expected"), [
    ([EDIT], [("edited", 1, 2)]),
    ([f"UPDATE {LINE} SET actor_role = 'manager' {of_one('seq = 1')}"], [("edited", 1, 1)]),
    ([f"UPDATE {LINE} SET at = at + interval '1 microsecond' {of_one('seq = 6')}"], [("edited", 1, 6)]),
    ([f"UPDATE {LINE} SET request_id = '' WHERE seq = 3"], [("edited", 1, 3), ("edited", 2, 3)]),
    ([f"UPDATE {LINE} SET hash = sha256('x') {of_one('seq = 3')}"], [("edited", 1, 3)]),
    ([f"DELETE FROM {LINE} {of_one('seq = 1')}"], [("deleted", 1, 1)]),
    ([f"DELETE FROM {LINE} {of_one('seq IN (2, 3)')}"], [("deleted", 1, 2), ("deleted", 1, 3)]),
    ([f"UPDATE {LINE} SET seq = 5 - seq {of_one('seq IN (2, 3)')}"], [("swapped", 1, 2), ("swapped", 1, 3)]),
    ([f"UPDATE {LINE} one SET verb = two.verb, actor_id = two.actor_id, organisation_id = two.organisation_id, "
      f"recorded_at = two.recorded_at FROM {LINE} two WHERE one.object_id = two.object_id AND one.object_id = '{ONE}' "
      "AND one.seq IN (2, 4) AND two.seq = 6 - one.seq"], [("swapped", 1, 2), ("swapped", 1, 4)]),
    ([f"DELETE FROM {LINE} {of_one('seq = 6')}"], [("truncated", 1, 6)]),
    ([f"DELETE FROM {LINE} {of_one('seq > 3')}"], [("truncated", 1, 4)]),
    ([f"DELETE FROM {LINE} {of_one('true')}"], [("truncated", 1, 1)]),
    ([f"DELETE FROM {LINE} {of_one('seq > 4')}",
      f"UPDATE audit_chainhead SET last_seq = 4, last_hash = (SELECT hash FROM {LINE} {of_one('seq = 4')}) "
      f"WHERE object_id = '{ONE}'"], [("deleted", 1, 6)]),
    ([f"DELETE FROM {LINE} {of_one('true')}", f"DELETE FROM audit_chainhead {of_one('true')}"],
     [("deleted", 1, 4), ("deleted", 1, 6)]),
    ([f"INSERT INTO {LINE} SELECT (jsonb_populate_record(line, jsonb_build_object('id', 999, 'seq', 7))).* "
      f"FROM {LINE} line {of_one('seq = 6')}"], [("inserted", 1, 7)]),
    ([f"INSERT INTO {LINE} SELECT (jsonb_populate_record(line, jsonb_build_object('id', 999))).* "
      f"FROM {LINE} line {of_one('seq = 3')}"], [("inserted", 1, 3)]),
    ([EDIT, f"UPDATE {LINE} line SET hash = audit_hash(prev_hash, seq, line) {of_one('seq = 2')}"], [("rewritten", 1, 2)]),
    ([f"UPDATE {LINE} SET verb = 'x' {of_one('seq = 6')}",
      f"UPDATE {LINE} line SET hash = audit_hash(prev_hash, seq, line) {of_one('seq = 6')}"], [("rewritten", 1, 6)]),
    ([EDIT, REWRITE], [("rewritten", 1, 4), ("rewritten", 1, 6)]),
    ([f"UPDATE audit_chainhead SET last_hash = sha256('x') {of_one('true')}"], [("rewritten", 1, 6)]),
    ([f"DELETE FROM audit_chainhead {of_one('true')}"], [("inserted", 1, 1)]),
])
def test_tampering_shows(tampering, expected):
    tamper(*tampering)
    assert found() == [(kind, "load", thing, seq) for kind, thing, seq in expected]


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(("tampering", "expected"), [
    (["UPDATE audit_anchor SET lines = 7 WHERE number = 1"], [("edited", 1)]),
    (["UPDATE audit_anchor SET root = sha256('x') WHERE number = 1"], [("edited", 1), ("edited", 2)]),
    (["DELETE FROM audit_anchor WHERE number = 1"], [("deleted", 1)]),
    ([f"DELETE FROM audit_anchoredhead {of_one('anchor = 2')}"], [("edited", 2)]),
])
def test_an_anchor_that_was_touched_shows(tampering, expected):
    tamper(*tampering)
    assert found() == [(kind, "anchor", None, number) for kind, number in expected]


@pytest.mark.usefixtures("history")
def test_who_owns_everything_is_caught_by_the_copy_kept_elsewhere():
    plain, full = (list(queries.copies([orjson.dumps(one) for one in queries.exported(heads=heads)]))
                   for heads in (False, True))
    assert found(kept=plain) == found(kept=full) == []
    tamper(EDIT, REWRITE, REANCHOR)
    assert found() == [], "all that is here agrees"
    assert found(kept=plain) == [("rewritten", "anchor", None, 1), ("rewritten", "anchor", None, 2)]
    assert {("rewritten", "load", 1, 4), ("rewritten", "load", 1, 6)} < set(found(kept=full))
    execute("DELETE FROM audit_anchor WHERE number = 2")
    assert found(kept=plain) == [("rewritten", "anchor", None, 1), ("truncated", "anchor", None, 2)]


@pytest.mark.usefixtures("history")
def test_only_what_is_new_is_walked_when_asked_so():
    tamper(EDIT)
    today = almaty_date(AuditLine.objects.latest("id").recorded_at)
    assert found(since=today) == [("edited", "load", 1, 2)]
    assert queries.verify(since=today + timedelta(days=1)) == queries.Verdict(0, 0, 2, 0, True, [])


@pytest.mark.usefixtures("history")
def test_anchors_are_chained_and_count_what_grew():
    first, second = AuditAnchor.objects.order_by("number")
    assert [(one.number, str(one.day), one.chains, one.lines) for one in (first, second)] == [
        (1, "2026-03-02", 2, 8), (2, "2026-03-03", 2, 3)]  # the second also holds the first one's own line
    assert anchor_lines(actor=HOUSE, at=AT + timedelta(days=1, hours=14)) is None, "the same day in Almaty"
    assert anchor_lines(actor=HOUSE, at=AT + timedelta(days=1, hours=15)).number == 3, "it is the 4th there"
    assert anchor_lines(actor=HOUSE, at=AT + timedelta(days=1, hours=15), again=True).number == 4
    assert AuditLine.objects.filter(verb="anchor.make").count() == 4
    assert found() == []


@pytest.mark.django_db
def test_an_untouched_empty_record_is_clean():
    assert queries.verify() == queries.Verdict(0, 0, 0, 0, True, [])


@pytest.mark.usefixtures("history", "as_house_app")
def test_the_commands_as_the_running_house(tmp_path):
    out, copy = StringIO(), tmp_path / "anchors.jsonl"
    call_command("anchor_audit", "--again", "--heads", "--export", str(copy), stdout=out)
    assert out.getvalue().startswith("Anchor 3 of ")
    assert [json.loads(line)["number"] for line in copy.read_text().splitlines()] == [1, 2, 3]
    call_command("verify_audit", "--anchors", str(copy), stdout=out)
    assert "3 kept copies" in out.getvalue() and "Nothing was touched." in out.getvalue()
    execute("RESET ROLE")
    tamper(EDIT)
    out = StringIO()
    with pytest.raises(CommandError, match=r"^1 edited[.]$") as refused:
        call_command("verify_audit", stdout=out)
    assert refused.value.returncode == 1
    assert f"edited: load {ONE}, line 2\n" in out.getvalue()
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", "--json", stdout=out)
    verdict = json.loads(out.getvalue())
    assert verdict["counts"] == {"edited": 1} and verdict["findings"][0]["seq"] == 2
    copy.write_text("{}\n")
    with pytest.raises(CommandError, match="Line 1 is not an exported anchor") as refused:
        call_command("verify_audit", "--anchors", str(copy), stdout=out)
    assert refused.value.returncode == 2
