"""Inspections by lot over HTTP: a manager draws, officers see, an inspector records, contractors learn of it by the hold."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collection.payouts.rules.sampling import drawn
from tests.api.custody.cast import act, refused
from tests.api.phone import codes
from tests.cast import AT
from tests.collection.custody.haul import TONNE

pytestmark = pytest.mark.django_db


def test_a_month_is_drawn_and_a_load_inspected(desk, haul, office):
    [load] = haul.received(AT - timedelta(days=10), [TONNE])  # in February
    office.accrue(AT)
    path = f"programmes/{haul.scene.code}/inspection-draws"
    seed = next(seed for seed in map(str, range(10_000)) if drawn(seed, date(2026, 2, 1), load))
    asked = {"month": "2026-02", "seed": seed}
    refused(desk.inspector.post(path, asked), 403, "forbidden")
    refused(desk.manager.post(path, asked | {"month": "2026-03"}), 409, "month_not_over")
    made = desk.manager.post(path, asked)
    assert made.status_code == 201, made.content
    assert (made.json()["month"], made.json()["drawn"], made.json()["reproduced"]) == ("2026-02", 1, True)
    refused(desk.manager.post(path, asked), 409, "already_drawn")
    assert desk.auditor.get(path).json()["items"] == [made.json()]
    [one] = desk.inspector.get(f"inspections?waiting=true&draw_id={made.json()['id']}").json()["items"]
    assert (one["consignment_id"], one["results"]) == (str(load), [])
    refused(desk.collector.get(f"inspections/{one['id']}"), 403, "forbidden")
    wrong = act(desk.inspector, f"inspections/{one['id']}", "record", {
        "outcome": "mass_differs", "inspected_at": AT.isoformat(), "note": "lighter"})
    assert codes(wrong) == {"/found_g": "mass_needed", "/upload_ids": "evidence_needed"}
    said = act(desk.inspector, f"inspections/{one['id']}", "record", {
        "outcome": "confirmed", "inspected_at": AT.isoformat(), "note": "as weighed"})
    assert (said.status_code, said.json()["version"], said.json()["results"][0]["outcome"]) == (201, 2, "confirmed")
    assert desk.auditor.get("inspections?waiting=true").json()["items"] == []
