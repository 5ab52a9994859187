"""A company whose contract is over finishes its open papers and starts none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from collection.accounts.operations import suspend_organisation
from collection.contracts import operations as contracts
from collection.custody import operations as custody
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Offer
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.kernel.db import rows
from collection.kernel.refusals import Refusal, Unprocessable
from collection.payouts import queries as money
from tests import cast
from tests.cast import TONNE
from tests.collection.custody.haul import two_contracts
from tests.collection.custody.refusing import refused
from tests.collection.payouts.office import Office

AFTER = cast.AT + timedelta(hours=1)


def close(haul):
    for one in (haul.collector, haul.recycler):
        contracts.close_contract(actor=haul.scene.manager, at=AFTER, contract_id=one.contract_id, reason="over")


def suspend(haul):
    for one in (haul.collector, haul.recycler):
        contracts.suspend_contract(actor=haul.scene.manager, at=AFTER, contract_id=one.contract_id, reason="checked")


@pytest.mark.parametrize("ends", [close, suspend])
def test_an_open_job_is_loaded_weighed_received_recycled_and_paid(scene, ends):
    haul, office = two_contracts(scene), Office(scene)
    accepted = scene.accept(haul.collector, scene.offered())
    ends(haul)
    at = cast.AT + timedelta(hours=5)
    code = rows("SELECT handover_code FROM pickups_pickup WHERE id = %s", [accepted.pickup_id])[0]["handover_code"]
    load = custody.load(actor=haul.collector.actor, at=at, loads=[custody.Load(
        loaded_at=at, job_id=accepted.job_id, handover_code=code, vehicle_id=haul.collector.vehicle_id)])[0]
    custody.weigh(actor=haul.recycler.actor, at=at, tickets=[haul.ticket(load.id, at, 2 * TONNE)])
    custody.deliver(actor=haul.collector.actor, at=at, consignment_ids=[load.id])
    custody.receive(actor=haul.recycler.actor, at=at, receipts=[custody.NewReceipt(load.id, 2 * TONNE, 0, at)])
    haul.batch(at, [load.id], 2 * TONNE)
    office.accrue(at)
    claims = [office.paid(one, at, date(2026, 3, 1)) for one in (haul.collector, haul.recycler)]
    assert [one.amount_tiyn for one in claims] == [2 * (9_05 + 7_41) * 4325, 2 * 1_79 * 4325]
    assert {one.status for one in money.money_of(HOUSE, [load.id])} == {"paid", "not_payable"}


@pytest.mark.parametrize("ends", [close, suspend])
def test_no_new_offer_job_or_load(scene, ends):
    haul = two_contracts(scene)
    offered = scene.offered()
    ends(haul)
    with frozen(AFTER):
        assert scene.advance(scene.submit(at=AFTER), at=AFTER) == "unserved"
        assert Offer.objects.count() == 1
        with pytest.raises(Refusal):  # one that went out before
            dispatch.accept_offer(actor=haul.collector.actor, at=AFTER, offer_id=scene.offer_of(haul.collector, offered))
        with pytest.raises(Unprocessable) as caught:
            haul.loaded(AFTER)
    assert {one.code for one in caught.value.defects} == {"contract_not_live"}
    assert rows("SELECT count(*) AS n FROM dispatch_job")[0]["n"] == 0


def test_a_contract_that_ran_out(scene):
    """Its last day ends in Almaty: what was loaded by then is finished, what comes on the next day never begins."""
    haul = two_contracts(scene, collector={"valid_to": date(2026, 3, 2)})
    last, next_day = datetime(2026, 3, 2, 18, 59, tzinfo=UTC), datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
    ids = haul.weighed(last, [TONNE])
    with refused(Unprocessable):
        haul.loaded(next_day)
    custody.deliver(actor=HOUSE, at=next_day, consignment_ids=ids)
    custody.receive(actor=HOUSE, at=next_day, receipts=[custody.NewReceipt(ids[0], TONNE, 0, next_day)])
    office = Office(scene)
    office.accrue(next_day)
    assert office.paid(haul.collector, next_day, date(2026, 3, 1)).amount_tiyn == (9_05 + 7_41) * 4325
    with frozen(next_day):
        assert scene.advance(scene.submit(
            at=next_day, window_from=next_day + timedelta(hours=9), window_to=next_day + timedelta(hours=12)),
            at=next_day) == "unserved"


def test_a_suspended_company_starts_nothing(scene):
    haul = two_contracts(scene)
    ids = haul.weighed(cast.AT, [TONNE])
    suspend_organisation(actor=scene.manager, at=AFTER, organisation_id=haul.collector.actor.organisation_id,
                         reason="checked")
    with refused(Unprocessable):
        haul.loaded(AFTER)
    custody.deliver(actor=HOUSE, at=AFTER, consignment_ids=ids)
    with frozen(AFTER):
        assert scene.advance(scene.submit(at=AFTER), at=AFTER) == "unserved"
