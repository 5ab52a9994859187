"""Dispatch's later work: the row is claimed, the pickup advanced, the row settled, whatever comes twice."""

from __future__ import annotations

import pytest

from collection.dispatch import tasks
from collection.dispatch.models import Offer
from collection.pickups.models import Pickup
from notifications.models import OutboxRow

pytestmark = pytest.mark.django_db


def row_of(pickup_id):
    return OutboxRow.objects.get(object_id=pickup_id, task="dispatch.advance", state="waiting")


def test_the_task_advances_and_settles_its_row(scene, work):
    scene.collector(), scene.recycler()
    pickup_id = scene.submit()
    row = row_of(pickup_id)
    tasks.advance_pickup(row.id)
    assert Pickup.objects.get(pk=pickup_id).state == "offered"
    assert work(pickup_id) == ["done", "waiting"]
    tasks.advance_pickup(row.id)  # the same message again
    assert Offer.objects.filter(pickup=pickup_id).count() == 1
    assert work(pickup_id) == ["done", "waiting"]


def test_the_row_of_a_pickup_that_is_over_is_settled(scene, work):
    pickup_id = scene.submit()
    Pickup.objects.filter(pk=pickup_id).update(state="cancelled", reason="mistake")
    tasks.advance_pickup(row_of(pickup_id).id)
    assert work(pickup_id) == ["done"]


def test_a_try_that_crashes_counts_and_leaves_the_pickup_alone(scene, monkeypatch):
    def crash(**_):
        raise ZeroDivisionError

    pickup_id = scene.submit()
    row = row_of(pickup_id)
    monkeypatch.setattr(tasks, "advance", crash)
    tasks.advance_pickup(row.id)
    row.refresh_from_db()
    assert (row.attempts, row.state, row.last_error) == (1, "waiting", "ZeroDivisionError")
    assert row.not_before > scene.at
    assert Pickup.objects.get(pk=pickup_id).state == "submitted"


def test_the_sweep_goes_on_after_one_that_cannot_be_advanced(scene, monkeypatch):
    scene.collector(), scene.recycler()
    poisoned, fine = scene.submit(), scene.submit()
    real = tasks.advance
    monkeypatch.setattr(tasks, "due_pickups", lambda: [poisoned, fine])
    monkeypatch.setattr(tasks, "advance", lambda **given: 1 / 0 if given["pickup_id"] == poisoned else real(**given))
    tasks.sweep()
    assert [Pickup.objects.get(pk=pk).state for pk in (poisoned, fine)] == ["submitted", "offered"]
