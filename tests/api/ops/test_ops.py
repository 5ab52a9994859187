"""A phone's queue in one request: every operation is the request it would have been, and has its own result."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from api.http import writes
from api.http.refusals import IdempotencyInProgress
from api.models import IdempotencyKey, QueuedOperation
from collection.audit.models import AuditLine
from collection.custody.models import Consignment
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Incident, Job
from collection.kernel.ids import uuid7
from collection.pickups.models import Pickup
from tests import cast
from tests.api.phone import codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(scene, phone_of):
    """A driver's phone with an accepted job, and how it queues and sends."""
    class Day:
        who, plant = scene.collector(), scene.recycler()
        pickup_id = scene.offered()
        job_id = scene.accept(who, pickup_id).job_id
        driver = cast.member(who.actor.organisation_id, "driver")
        phone = phone_of(driver)

        def send(self, *operations):
            answer = self.phone.send("POST", "ops", {"operations": list(operations)})
            assert answer.status_code == 200, answer.content
            return answer.json()["results"]

    made = Day()
    job = Job.objects.get(pk=made.job_id)
    dispatch.assign_driver(actor=made.who.actor, at=scene.at, job_id=job.id, version=job.version,
                           driver_id=made.driver.user_id, vehicle_id=made.who.vehicle_id)
    return made


def operation(path, body=None, **more):
    return {"key": str(uuid4()), "path": path, **({} if body is None else {"body": body}), **more}


def test_a_day_of_queued_work_is_done_in_order_and_once(scene, day):
    job = f"jobs/{day.job_id}"
    code = Pickup.objects.get(pk=day.pickup_id).handover_code
    load = {"id": str(uuid7(scene.at)), "handover_code": code, "loaded_at": scene.at.isoformat(),
            "vehicle_id": str(day.who.vehicle_id)}
    queue = [operation(f"{job}/en-route"), operation(f"{job}/arrive")]
    first = day.send(*queue)
    assert [(one["key"], one["outcome"], one["status"]) for one in first] == [
        (one["key"], "applied", 200) for one in queue]
    assert [one["body"]["state"] for one in first] == ["en_route", "arrived"]
    version = first[-1]["body"]["version"]
    queue.append(operation(f"{job}/collect", load, base_version=version))
    again = day.send(*queue)  # the answer was lost, and more was done meanwhile
    assert [one["outcome"] for one in again] == ["replayed", "replayed", "applied"]
    assert [one["body"] for one in again[:2]] == [one["body"] for one in first]
    assert [one["outcome"] for one in day.send(*queue)] == ["replayed"] * 3
    assert (Consignment.objects.get().id, Job.objects.get().state) == (type(day.job_id)(load["id"]), "done")
    assert IdempotencyKey.objects.count() == 3


def test_a_conflict_tells_the_object_as_it_is_and_what_may_be_done(scene, day):
    dispatch.cancel_pickup(actor=scene.generator.actor, at=scene.at, pickup_id=day.pickup_id, reason="mistake")
    late, stale, wrong = day.send(
        operation(f"jobs/{day.job_id}/en-route"),
        operation(f"jobs/{day.job_id}/collect", {"handover_code": "000000", "loaded_at": scene.at.isoformat()}, base_version=1),
        operation(f"jobs/{day.job_id}/incidents", {"kind": "?"}))
    assert (late["outcome"], late["status"], late["body"]["code"]) == ("conflict", 409, "wrong_state")
    assert late["object"]["state"] == Job.objects.get().state and late["object"]["allowed_actions"] == []
    assert (stale["outcome"], stale["object"]) == ("conflict", late["object"])
    assert (wrong["outcome"], wrong["object"]) == ("rejected", None) and wrong["body"]["errors"]
    assert not Consignment.objects.exists()


def test_one_that_is_refused_does_not_hold_up_the_next(scene, day):
    unknown, queue, sign_in, good = day.send(
        operation(f"jobs/{uuid4()}/en-route"), operation("ops", {"operations": []}),
        operation("auth/code", {"phone": "+77010000000"}), operation(f"jobs/{day.job_id}/en-route"))
    assert [one["status"] for one in (unknown, queue, sign_in)] == [404] * 3
    assert {one["outcome"] for one in (unknown, queue, sign_in)} == {"rejected"} and good["outcome"] == "applied"


def test_the_same_key_with_another_body_is_refused(scene, day):
    one = operation(f"jobs/{day.job_id}/en-route")
    assert [found["outcome"] for found in day.send(one)] == ["applied"]
    [found] = day.send(one | {"body": {"note": "x"}})
    assert (found["outcome"], found["status"]) == ("rejected", 400)  # the route reads no body at all


def test_when_the_house_is_too_busy_the_rest_is_not_tried(scene, day, monkeypatch):
    begin, begun = writes.begin, []

    def held_up(*key):
        begun.append(key)
        if len(begun) == 2:
            raise IdempotencyInProgress(retry_after_s=1)
        return begin(*key)

    monkeypatch.setattr(writes, "begin", held_up)
    queue = [operation(f"jobs/{day.job_id}/en-route") for _ in range(4)]
    results = day.send(*queue)
    assert [one["outcome"] for one in results] == ["applied", "not_tried", "not_tried", "not_tried"]
    assert [one["status"] for one in results] == [200, 409, None, None]
    assert [one["outcome"] for one in day.send(*queue)] == ["replayed", "applied", "applied", "applied"]


def test_a_queue_is_read_whole_or_not_at_all(scene, day):
    def refused(*operations):
        answer = day.phone.send("POST", "ops", {"operations": list(operations)})
        assert answer.status_code == 400
        return codes(answer)

    good = operation(f"jobs/{day.job_id}/en-route")
    assert refused() == {"/operations": "too_few"}
    assert refused(*[good] * 101) == {"/operations": "too_many"}
    assert refused(good, good | {"key": "x"}, good | {"body": []}, good | {"more": 1}, good | {"method": "GET"}) == {
        "/operations/1/key": "not_a_uuid", "/operations/2/body": "not_an_object", "/operations/3/more": "unknown_field",
        "/operations/4/method": "not_a_choice"}
    assert Job.objects.get().state == "assigned" and not IdempotencyKey.objects.exists()


def test_b52_one_bad_among_fifty_and_one_key_twice(scene, day):
    first, *queue = [operation(f"jobs/{day.job_id}/incidents", {"kind": "no_access", "note": f"{n}"}) for n in range(47)]
    bad, other = operation(first["path"], {"kind": "?"}), first | {"body": {"kind": "unsafe"}}
    results = day.send(first, bad, first, *queue, other)
    assert [one["outcome"] for one in results] == ["applied", "rejected", "replayed", *["applied"] * 46, "rejected"]
    assert results[2]["body"] == results[0]["body"] and results[-1]["body"]["code"] == "idempotency_key_reused"
    assert Incident.objects.filter(kind="no_access").count() == Incident.objects.count() == 47


def test_the_devices_time_is_kept_beside_the_houses_and_told_again(scene, day):
    device = scene.at + timedelta(days=1)  # the phone's clock is a day ahead
    driven = (device - timedelta(hours=3)).replace(microsecond=0)
    one = operation(f"jobs/{day.job_id}/en-route", occurred_at=driven.isoformat())
    answer = day.phone.send("POST", "ops", {"operations": [one], "sent_at": device.isoformat()}).json()
    [told] = answer["results"]
    assert abs(answer["skew_s"] + 86_400) <= 60 and told["skew_s"] == answer["skew_s"]
    [kept] = QueuedOperation.objects.all()
    assert (kept.occurred_at, kept.skew_s, kept.method) == (driven, answer["skew_s"], "POST")
    assert (kept.recorded_at, kept.device) == (scene.at, day.phone.installation)
    assert kept.path == f"/api/v1/jobs/{day.job_id}/en-route"
    assert datetime.fromisoformat(told["occurred_at"]) == driven
    assert datetime.fromisoformat(told["recorded_at"]) == kept.recorded_at
    [line] = AuditLine.objects.filter(request_id=kept.request_id)
    assert (line.object_id, line.at) == (day.job_id, kept.recorded_at)
    [again] = day.send(one | {"occurred_at": scene.at.isoformat()})  # the first telling stands
    assert again["outcome"] == "replayed"
    assert {name: again[name] for name in ("occurred_at", "recorded_at", "skew_s")} == {
        name: told[name] for name in ("occurred_at", "recorded_at", "skew_s")}
    [silent] = day.send(operation(f"jobs/{day.job_id}/arrive"))
    assert (silent["occurred_at"], silent["skew_s"]) == (None, None) and silent["recorded_at"]


def test_a_refused_operation_leaves_no_time_behind(scene, day):
    [refused] = day.send(operation(f"jobs/{uuid4()}/en-route", occurred_at=scene.at.isoformat()))
    assert (refused["outcome"], refused["recorded_at"]) == ("rejected", None) and not QueuedOperation.objects.exists()


def test_what_depends_on_a_failed_one_says_so(scene, day):
    job = f"jobs/{day.job_id}"
    failed, good = operation(f"{job}/incidents", {"kind": "?"}), operation(f"{job}/en-route")
    needy = operation(f"{job}/arrive", depends_on=[good["key"], failed["key"]])
    third = operation(f"{job}/incidents", {"kind": "no_access"}, depends_on=[needy["key"]])
    results = day.send(failed, good, needy, third)
    assert [one["outcome"] for one in results] == ["rejected", "applied", "blocked", "blocked"]
    assert [one["blocked_by"] for one in results] == [[], [], [failed["key"]], [needy["key"]]]
    assert results[2]["status"] is None and Job.objects.get().state == "en_route"
    # what an earlier queue did counts; a blocked one may be sent again without what failed
    [late] = day.send(needy | {"depends_on": [good["key"]]})
    assert late["outcome"] == "applied" and Job.objects.get().state == "arrived"
    assert not day.send(third)[0]["blocked_by"] and Incident.objects.count() == 1
    assert UUID(good["key"]) in set(QueuedOperation.objects.values_list("key", flat=True))


def test_a_chain_written_without_a_network_needs_no_version_numbers(scene, day):
    job = f"jobs/{day.job_id}"
    load = {"id": str(uuid7(scene.at)), "handover_code": Pickup.objects.get(pk=day.pickup_id).handover_code,
            "loaded_at": scene.at.isoformat(), "vehicle_id": str(day.who.vehicle_id)}
    arrived = operation(f"{job}/arrive")
    unseen = operation(f"{job}/collect", load)
    assert [one["status"] for one in day.send(arrived, unseen)] == [200, 428]
    chained = unseen | {"depends_on": [arrived["key"]]}
    assert [one["outcome"] for one in day.send(arrived, chained)] == ["replayed", "applied"]
    assert [one["outcome"] for one in day.send(arrived, chained)] == ["replayed", "replayed"]
    assert Consignment.objects.count() == 1


def test_nobody_sends_who_is_not_signed_in(client):
    assert client.post("/api/v1/ops", b"{}", content_type="application/json").status_code == 401
