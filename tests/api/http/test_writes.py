"""One key, one effect (invariant I2), also when fifty ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.http.keys import prune
from api.models import IdempotencyKey
from collection.audit.models import AuditLine
from tests.api.http import probe


@pytest.fixture
def generator(sign_in):
    return sign_in("generator")


@pytest.mark.django_db
def test_the_same_key_gives_the_same_reply_and_one_effect(generator):
    key = str(uuid4())
    first = generator.post("probe", {"mass_g": 5}, key=key)
    again = generator.post("probe", {"mass_g": 5}, key=key)
    assert (first.status_code, first.content, first["ETag"]) == (again.status_code, again.content, again["ETag"])
    assert "Idempotency-Replayed" not in first and again["Idempotency-Replayed"] == "true"
    assert AuditLine.objects.count() == IdempotencyKey.objects.count() == 1


@pytest.mark.django_db
def test_b68_a_key_is_a_uuid(generator):
    assert generator.send("POST", "probe", {"mass_g": 5}).json()["code"] == "idempotency_key_missing"
    for key in ("x" * 300, "123", f"{{{uuid4()}}}"):
        response = generator.post("probe", {"mass_g": 5}, key=key)
        assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_invalid")
    assert generator.send("POST", "probe", {}, Idempotency_Key="").status_code == 400
    assert AuditLine.objects.count() == 0


@pytest.mark.django_db
def test_b68_the_same_key_with_another_body_is_refused(generator):
    key = str(uuid4())
    generator.post("probe", {"mass_g": 5}, key=key)
    response = generator.post("probe", {"mass_g": 6}, key=key)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.django_db
def test_a_key_belongs_to_its_caller_and_route(generator, sign_in):
    key = str(uuid4())
    assert generator.post("probe", {}, key=key).status_code == 201
    assert sign_in("generator").post("probe", {}, key=key)["ETag"] == '"1-generator"'
    assert generator.post("probe/act/well", {}, key=key).status_code == 204
    assert generator.post("probe/act/again", {}, key=key).json()["code"] == "idempotency_key_reused"  # other path
    assert AuditLine.objects.count() == 3


@pytest.mark.django_db
def test_a_reply_without_content_is_replayed_too(generator):
    key = str(uuid4())
    generator.post("probe/act/well", key=key)
    again = generator.post("probe/act/well", key=key)
    assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (204, b"", "true")
    assert AuditLine.objects.count() == 1


@pytest.mark.django_db
def test_a_refusal_leaves_nothing_but_what_was_returned_stays(generator):
    key = str(uuid4())
    assert generator.post("probe/act/raise", key=key).status_code == 409
    assert (AuditLine.objects.count(), IdempotencyKey.objects.count()) == (0, 0)
    assert generator.post("probe/act/keep", key=key).status_code == 409
    assert (AuditLine.objects.count(), IdempotencyKey.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_t11_an_empty_keyed_write_costs_three_statements_and_its_own(generator):
    generator.post("probe", {"mass_g": 5})
    with CaptureQueriesContext(connection, ) as seen:
        generator.post("probe", {"mass_g": 5})
    spoken = [query["sql"] for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(spoken) == 4, spoken  # who calls, begin, the audit line of the verb, the kept reply


@pytest.mark.django_db(transaction=True)
def test_f26_fifty_duplicates_at_once_have_one_effect(generator, monkeypatch):
    monkeypatch.setitem(probe.PAUSES, "before", 0.2)
    key, ready = str(uuid4()), Barrier(50)

    def once(_):
        try:
            ready.wait()
            response = generator.post("probe", {"mass_g": 5}, key=key)
            return response.status_code, response.json().get("code"), "Idempotency-Replayed" in response
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(once, range(50)))
    assert answers.count((201, None, False)) == 1
    assert {answer for answer in answers if answer != (201, None, False)} <= {
        (409, "idempotency_in_progress", False), (201, None, True)
    }
    assert AuditLine.objects.count() == IdempotencyKey.objects.count() == 1
    assert generator.post("probe", {"mass_g": 5}, key=key)["Idempotency-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_f22_a_deadlock_is_run_again_and_nobody_notices(sign_in):
    phones = [sign_in("generator"), sign_in("generator")]

    def lock(order: tuple[int, str]) -> int:
        try:
            return phones[order[0]].post(f"probe/act/locks-{order[1]}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lock, [(0, "1-2"), (1, "2-1")])) == [204, 204]
    assert AuditLine.objects.count() == 2


@pytest.mark.django_db
def test_replies_are_remembered_for_thirty_days(generator):
    generator.post("probe", {"mass_g": 5})
    at = IdempotencyKey.objects.get().created_at
    assert prune(at=at + timedelta(days=30)) == 0
    assert prune(at=at + timedelta(days=30, seconds=1)) == 1
