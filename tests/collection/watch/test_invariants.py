"""Every invariant holds of a request that was paid, and is seen to be broken once the rows are."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from collection.kernel.clock import frozen
from collection.watch.invariants import INVARIANTS
from collection.watch.queries import check_invariants
from tests import cast
from tests.collection.payouts.paid_request import paid_request

pytestmark = pytest.mark.django_db

#: What somebody with the owner's password and the triggers switched off could do: (invariant, what it says, the deed).
DEEDS = {
    "a key used twice": ("I2", "at most one stored reply", """
        ALTER TABLE api_idempotencykey DROP CONSTRAINT api_idempotencykey_pkey;
        INSERT INTO api_idempotencykey SELECT person, 'pickups', person, '\\x00', 201, '', NULL, now()
        FROM gen_random_uuid() AS person, generate_series(1, 2)"""),
    "a second job": ("I3", "one live job", """
        DROP INDEX job_one_live;
        INSERT INTO dispatch_job SELECT (jsonb_populate_record(job, jsonb_build_object('id', gen_random_uuid()))).*
        FROM dispatch_job AS job"""),
    "the loser of a race": ("I3", "one live job", "UPDATE dispatch_offer SET state = 'declined', reason = 'other' "
                            "WHERE state = 'accepted'"),
    "more given away than there was room for": ("I3", "no room for", "UPDATE contracts_contractcategory SET quota_g = 1"),
    "a state from nowhere": ("I4", "the present state", "UPDATE pickups_pickup SET state = 'accepted'"),
    "a step that is none": ("I4", "the present state",
                            "UPDATE audit_statechange SET was = 'paid' WHERE became = 'verified'"),
    "grams out of nothing": ("I5", "sealed facts add up", "UPDATE custody_fact SET grams = grams + 1"),
    "a receipt of more than came": ("I5", "net of the ticket", "UPDATE custody_receipt SET accepted_g = accepted_g + 1"),
    "a tiyn too much": ("I6", "sums to zero", """
        UPDATE payouts_ledgerentry SET amount_tiyn = amount_tiyn + 1
        WHERE id = (SELECT min(id) FROM payouts_ledgerentry)"""),
    "a right too many": ("I6", "neither change nor delete", "GRANT UPDATE ON payouts_ledgerentry TO house_app"),
    "paid twice": ("I7", "one payment order", """
        DROP INDEX claim_paid_once; ALTER TABLE payouts_paymentorder DROP CONSTRAINT bank_reference_once;
        INSERT INTO payouts_paymentorder (id, register_id, claim_id, iban, amount_tiyn, state, bank_reference, reason)
        SELECT gen_random_uuid(), register_id, claim_id, iban, amount_tiyn, state, 'again', '' FROM payouts_paymentorder"""),
    "a rate of one's own": ("I8", "recompute", """
        UPDATE payouts_accrualline SET amount_tiyn = amount_tiyn + 100
        WHERE id = (SELECT min(id) FROM payouts_accrualline)"""),
    "a message that nobody sends": ("I9", "overdue", """
        UPDATE notifications_outboxrow SET state = 'waiting', done_at = NULL, leased_until = NULL,
            not_before = house_clock() - interval '1 hour' WHERE id = (SELECT min(id) FROM notifications_outboxrow)"""),
    "an offer that never ends": ("I11", "lapsed", """
        UPDATE dispatch_offer SET state = 'open', answered_at = NULL, offered_at = house_clock() - interval '2 days',
            expires_at = house_clock() - interval '1 day'"""),
    "accepted too late": ("I12", "before it lapsed", """
        UPDATE dispatch_offer SET answered_at = expires_at + interval '1 second' WHERE state = 'accepted'"""),
    "a feed that is switched off": ("I13", "trigger that is on", "ALTER TABLE dispatch_job DISABLE TRIGGER kernel_changed"),
    "another's job": ("I14", "their contract's organisation", """
        UPDATE dispatch_job SET organisation_id = (SELECT generator_id FROM pickups_pickup LIMIT 1)"""),
    "a sum of nothing": ("I15", "roll-up", """
        INSERT INTO stats_rollup (programme_id, grain, measure, month, contract_kind, grams, tiyn, n)
        SELECT id, 'total', 'received', '2026-03-01', '', 1, 0, 1 FROM contracts_programme LIMIT 1"""),
    "an edited line of the record": ("I16", "as it was written", """
        UPDATE audit_auditline SET actor_id = gen_random_uuid() WHERE id = (SELECT max(id) FROM audit_auditline)"""),
    "an error kept as an answer": ("I17", "server's error", """
        INSERT INTO api_idempotencykey
        SELECT gen_random_uuid(), 'pickups', gen_random_uuid(), '\\x00', 500, '', NULL, now()"""),
    "a day of another zone": ("I19", "day of supply", "UPDATE custody_fact SET supply_on = supply_on + 1"),
    "a column without a zone": ("I19", "without its zone", "ALTER TABLE payouts_claim ADD COLUMN local timestamp"),
    "a release from tomorrow": ("I20", "every migration", """
        INSERT INTO django_migrations (app, name, applied) VALUES ('payouts', '9999_from_tomorrow', now())"""),
}


@pytest.fixture
def lived(haul, office, tmp_path, settings, django_capture_on_commit_callbacks):
    """One request, paid; everything that was to be told is told."""
    settings.UPLOAD_ROOT = tmp_path
    request = paid_request(haul, office)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("UPDATE notifications_outboxrow SET state = 'done', done_at = house_clock(), attempts = 1, "
                       "leased_until = NULL, address = '', text = '' WHERE state IN ('waiting', 'leased', 'claimed')")
        call_command("rebuild_rollups", stdout=StringIO())
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return request


def broken() -> dict[str, list[str]]:
    return {verdict.id: [one.says for one in verdict.broken] for verdict in check_invariants() if not verdict.holds}


def test_all_twenty_are_asked_in_order():
    assert [one.id for one in INVARIANTS] == [f"I{n}" for n in range(1, 21)]


def test_a_paid_request_breaks_none(lived):
    assert broken() == {}
    looked_at = {verdict.id: verdict.checked for verdict in check_invariants()}
    assert all(looked_at[one] for one in ("I3", "I4", "I5", "I6", "I7", "I8", "I12", "I14", "I16", "I19")), looked_at


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_broken_is_named(lived, deed):
    invariant, says, sql = DEEDS[deed]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        cursor.execute(sql)
        cursor.execute("SET session_replication_role = origin")
    found = broken()
    assert any(says in one for one in found.get(invariant, [])), found


def test_the_command_gives_a_line_for_each_and_fails_on_a_broken_one(lived):
    out = StringIO()
    call_command("check_invariants", stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.split()[:2] for line in lines] == [[f"I{n}", "holds"] for n in range(1, 21)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dispatch_offer SET answered_at = expires_at WHERE state = 'accepted'")
    out = StringIO()
    with pytest.raises(CommandError, match="Broken: I12"):
        call_command("check_invariants", "I12", "I3", json=True, stdout=out)
    told = [orjson.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["id"], one["holds"]) for one in told] == [("I3", True), ("I12", False)]
    assert told[1]["broken"][0]["n"] == 1
    with pytest.raises(CommandError, match="no invariant I21"):
        call_command("check_invariants", "I21")


def test_two_minutes_of_delay_are_none(lived):
    """I9: a message is late when it is more than the time to recover behind, not before."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_outboxrow SET state = 'waiting', done_at = NULL, not_before = house_clock() "
                       "WHERE id = (SELECT min(id) FROM notifications_outboxrow WHERE channel = 'work')")
    for minutes, late in ((1, False), (3, True)):
        with frozen(cast.AT + timedelta(minutes=minutes)):
            assert ("I9" in broken()) is late
