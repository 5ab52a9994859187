"""A correction over HTTP: its effect on the money is seen before anybody consents to it."""

from __future__ import annotations

import pytest

from collection.custody.models import Correction
from collection.kernel.actor import HOUSE
from collection.payouts import operations as payouts
from collection.payouts.models import AccrualLine
from tests.api.custody.cast import act, refused
from tests.cast import AT, TONNE

pytestmark = pytest.mark.django_db


def accrue(haul):
    payouts.accrue(actor=HOUSE, at=AT, programme_id=haul.scene.programme.id)


def test_proposed_seen_in_money_and_agreed(people, haul):
    pk = haul.recycled(AT, [4 * TONNE])[0]
    accrue(haul)
    path = f"consignments/{pk}"
    tried = people.collector.get(f"{path}/receipt/correction?accepted_g=3900000").json()
    # 4.000 t pay 156,565.00 and 128,193.00; 3.900 t pay 152,650.875 and 124,988.175, each rounded once, half up.
    assert [(one["stage"], one["difference_tiyn"]) for one in tried["effects"]] == [
        ("collection", -3914_12), ("transport", -3204_82), ("recycling", None)]
    assert tried["difference_tiyn"] == -3914_12 - 3204_82 and tried["currency"] == "KZT"

    made = act(people.recycler, path, "receipt/correction", {"accepted_g": 3_900_000, "reason": "misread"})
    assert (made.status_code, made.json()["state"], made.json()["waits_for"]) == (201, "open", ["collector"])
    assert [one["difference_tiyn"] is None for one in made.json()["money"]["effects"]] == [True, True, False]
    correction = f"corrections/{made.json()['id']}"
    seen = people.collector.get(correction).json()
    assert seen["money"] == tried and not Correction.objects.exists()
    assert [one["id"] for one in people.collector.get("corrections?state=open").json()["items"]] == [seen["id"]]

    told = refused(people.collector.post(f"{correction}/consent", {"difference_tiyn": 0}), 409, "effect_changed")
    assert told["difference_tiyn"] == tried["difference_tiyn"]
    refused(people.recycler.post(f"{correction}/consent", {
        "difference_tiyn": made.json()["money"]["difference_tiyn"]}), 409, "consent_needed")
    agreed = people.collector.post(f"{correction}/consent", {"difference_tiyn": tried["difference_tiyn"]})
    assert (agreed.status_code, agreed.json()["state"], agreed.json()["money"]) == (200, "agreed", None)
    accrue(haul)
    of_the_collector = AccrualLine.objects.filter(contract=haul.collector.contract_id)
    before = sum(one.amount_tiyn for one in of_the_collector.filter(fact__edition=1, reverses=None))
    assert sum(one.amount_tiyn for one in of_the_collector) - before == tried["difference_tiyn"]


def test_who_may_see_and_say_what(people, haul):
    pk = haul.received(AT, [TONNE])[0]
    path = f"consignments/{pk}"
    refused(act(people.collector, path, "receipt/correction", {"accepted_g": 1, "reason": "x"}), 403)
    made = act(people.recycler, path, "receipt/correction", {"accepted_g": 900_000, "reason": "x"}).json()
    correction = f"corrections/{made['id']}"
    for phone in people.strangers[1:]:
        assert phone.get(correction).status_code in (403, 404)
        assert phone.get(f"{path}/receipt/correction?accepted_g=1").status_code in (403, 404)
    refused(people.generator.get(correction), 403)
    declined = people.collector.post(f"{correction}/decline", {"reason": "the scale was right"})
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    refused(people.collector.post(f"{correction}/decline", {"reason": "again"}), 409, "wrong_state")
    refused(people.recycler.post(f"{correction}/withdraw"), 409, "wrong_state")
