"""Bad values in the papers of a load: sheets, signatures, stored tares, returns and incidents (B4-B14, B46, B66)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.http.fields import StrictInteger
from collection.custody import operations as custody
from collection.custody.models import Consignment, TransportSheet, Weighing
from collection.kernel.actor import HOUSE
from tests.bad_inputs.doors import slots
from tests.bad_inputs.forms import instant, refused, weighing_form
from tests.cast import TONNE

pytestmark = pytest.mark.django_db


def tagged(phone, load):
    return {"If_Match": f'"{Consignment.objects.get(pk=load).version}-{phone.actor.role}"'}


@pytest.fixture
def unsigned(haul):
    """A load whose sheet nobody has signed."""
    return haul.loaded(haul.scene.at, signed=False)[0]


@pytest.fixture
def refused_load(haul):
    """A load the plant wanted nothing of."""
    at, (load,) = haul.scene.at, haul.weighed(haul.scene.at, [TONNE])
    custody.deliver(actor=HOUSE, at=at, consignment_ids=[load])
    custody.receive(actor=HOUSE, at=at, receipts=[custody.NewReceipt(load, 0, TONNE, at, "wet")])
    return load


def tare_form(haul, **changes):
    return {"scale_id": str(haul.scale_id), "plate": "001AAA02", "ticket_number": "E-1", "tare_g": 9 * TONNE,
            "weighed_at": instant(haul.scene.at), "expires_on": "2026-04-01"} | changes


def test_b04_to_b11_every_new_mass_is_tried_with_the_others():
    found = {(slot.door.path.rpartition("/")[2], slot.pointer) for slot in slots(StrictInteger, ending="_g")}
    assert {("sheet", "/estimated_g"), ("collect", "/estimated_g"), ("tares", "/tare_g"), ("receipt", "/impurity_g")} <= found


def test_b12_no_empty_lorry_weighs_more_than_a_load_may(haul, phone_of, unwritten):
    recycler = phone_of(haul.recycler.actor)
    with unwritten():
        answer = recycler.post("tares", tare_form(haul, tare_g=40 * TONNE + 1, plate="?"))
        assert refused(answer, 422) == {"/tare_g": "out_of_range", "/plate": "not_found"}


def test_b13_no_more_impurity_than_was_refused(haul, phone_of, unwritten):
    recycler, at = phone_of(haul.recycler.actor), haul.scene.at
    (load,) = haul.weighed(at, [3 * TONNE])
    custody.deliver(actor=HOUSE, at=at, consignment_ids=[load])
    form = {"occurred_at": instant(at), "reason": "impurity", "accepted_g": 2 * TONNE, "refused_g": TONNE}
    with unwritten():
        for impurity_g in (TONNE + 1, 10**12):
            answer = recycler.post(f"consignments/{load}/receipt", form | {"impurity_g": impurity_g}, **tagged(recycler, load))
            assert refused(answer, 422) == {"/impurity_g": "out_of_range"}
        answer = recycler.post(f"consignments/{load}/receipt", form | {"impurity_g": -1}, **tagged(recycler, load))
        assert refused(answer, 400) == {"/impurity_g": "too_small"}


def test_b14_one_tare_and_not_two(haul, phone_of, unwritten):
    recycler, (load,) = phone_of(haul.recycler.actor), haul.loaded(haul.scene.at)
    path, both = f"consignments/{load}/weighing", weighing_form(haul, stored_tare_id=str(haul.scale_id))
    neither = {name: value for name, value in weighing_form(haul).items() if name != "tare_g"}
    with unwritten():
        assert refused(recycler.post(path, both, **tagged(recycler, load)), 400) == {"/stored_tare_id": "tare_twice"}
        assert refused(recycler.post(path, neither, **tagged(recycler, load)), 400) == {"/tare_g": "required"}
        unknown = neither | {"stored_tare_id": str(haul.scale_id)}
        assert refused(recycler.post(path, unknown, **tagged(recycler, load)), 422) == {"/stored_tare_id": "not_found"}


def test_b46_weighed_before_it_was_loaded_keeps_both_times(haul, phone_of):
    """Two clocks that disagree: neither is overwritten, and the house's own stands beside them."""
    at, recycler, (load,) = haul.scene.at, phone_of(haul.recycler.actor), haul.loaded(haul.scene.at)
    before = at - timedelta(hours=20)
    answer = recycler.post(f"consignments/{load}/weighing", weighing_form(haul, occurred_at=instant(before)),
                           **tagged(recycler, load))
    assert answer.status_code == 201, answer.json()
    ticket, sheet = Weighing.objects.get(), TransportSheet.objects.get()
    assert (ticket.occurred_at, ticket.recorded_at, sheet.drawn_at) == (before, at, at)


def test_b46_what_cannot_have_happened_yet(haul, phone_of, unwritten, refused_load):
    at, collector = haul.scene.at, phone_of(haul.collector.actor)
    back = {"place": "collector", "occurred_at": instant(at - timedelta(minutes=1))}
    happened = {"kind": "spill", "note": "road 12", "occurred_at": instant(at - timedelta(days=1))}
    with unwritten():
        answer = collector.post(f"consignments/{refused_load}/return", back, **tagged(collector, refused_load))
        assert refused(answer, 422) == {"/occurred_at": "before_receipt"}
        answer = collector.post(f"consignments/{refused_load}/incidents", happened)
        assert refused(answer, 422) == {"/occurred_at": "before_loading"}
        ahead = happened | {"occurred_at": instant(at + timedelta(days=2))}
        assert refused(collector.post(f"consignments/{refused_load}/incidents", ahead), 422) == {
            "/occurred_at": "occurred_in_future"}


def test_b66_papers_out_of_order(haul, phone_of, unwritten, unsigned, refused_load):
    at = haul.scene.at
    collector, recycler = phone_of(haul.collector.actor), phone_of(haul.recycler.actor)
    path, back = f"consignments/{unsigned}", {"place": "collector", "occurred_at": instant(at)}
    with unwritten():
        refused(recycler.post(f"{path}/weighing", weighing_form(haul), **tagged(recycler, unsigned)), 409, "sheet_unsigned")
        answer = recycler.post(f"{path}/sheet/signatures", {"party": "recycler"}, **tagged(recycler, unsigned))
        refused(answer, 409, "wrong_state")  # there is no receipt to sign
        answer = collector.post(f"{path}/return", back, **tagged(collector, unsigned))
        refused(answer, 409, "wrong_state")
        assert (answer.json()["state"], answer.json()["allowed_actions"]) == ("loaded", ["weigh"])
    assert collector.post(f"{path}/sheet/signatures", {"party": "driver"}, **tagged(collector, unsigned)).status_code == 201
    with unwritten():
        answer = collector.send("PATCH", f"{path}/sheet", {"plate": "777AAA01"}, **tagged(collector, unsigned))
        assert refused(answer, 409, "sheet_sealed") == {"/plate": "sheet_sealed"}
        answer = collector.post(f"{path}/sheet/signatures", {"party": "driver"}, **tagged(collector, unsigned))
        refused(answer, 409, "already_signed")
    path = f"consignments/{refused_load}"
    assert collector.post(f"{path}/return", back, **tagged(collector, refused_load)).status_code == 201
    with unwritten():
        refused(collector.post(f"{path}/return", back, **tagged(collector, refused_load)), 409, "wrong_state")
        answer = recycler.post(f"{path}/sheet/signatures", {"party": "recycler"}, **tagged(recycler, refused_load))
        refused(answer, 409, "wrong_state")


@pytest.mark.parametrize(("changes", "defect"), [
    ({"party": "stranger"}, {"/party": "not_a_choice"}), ({"container": "=AA"}, {"/container": "malformed"}),
    ({"container": "MII MII"}, {"/container": "malformed"}), ({"container": ""}, {"/container": "blank"}),
    ({"container": "A" * 200_001}, {"/container": "too_long"}), ({"method": "eds"}, {"/method": "unknown_field"}),
])
def test_signatures_that_are_none(haul, phone_of, unwritten, unsigned, changes, defect):
    collector = phone_of(haul.collector.actor)
    with unwritten():
        answer = collector.post(f"consignments/{unsigned}/sheet/signatures", {"party": "driver"} | changes,
                                **tagged(collector, unsigned))
        found = refused(answer, 400)
        assert found.keys() == defect.keys(), found
