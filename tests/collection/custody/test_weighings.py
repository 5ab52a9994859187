"""What was really loaded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from collection.contracts.models import Allotment
from collection.custody import operations as custody
from collection.custody.models import Consignment, Fact, Weighing
from collection.dispatch.models import Job
from collection.kernel.actor import HOUSE
from collection.kernel.calendar import ALMATY
from collection.kernel.refusals import NotFound, StaleVersion, Unprocessable, WrongState
from tests import cast
from tests.collection.custody.haul import TONNE, two_contracts
from tests.collection.custody.refusing import database_refuses, refused


def weigh(haul, ticket, *, at=cast.AT, actor=HOUSE):
    return custody.weigh(actor=actor, at=at, tickets=[ticket])


def test_the_net_is_a_fact_of_the_collector(scene, haul, verbs):
    pk = haul.loaded(cast.AT)[0]
    weigh(haul, haul.ticket(pk, cast.AT, 4_620_000), actor=haul.recycler.actor)
    load, ticket, fact = Consignment.objects.get(pk=pk), Weighing.objects.get(), Fact.objects.get()
    assert (load.state, load.version, ticket.net_g, ticket.operator_id) == (
        "weighed", 2, 4_620_000, haul.recycler.actor.user_id)
    assert (fact.measure, fact.grams, fact.n, fact.contract_id, fact.contract_kind) == (
        "collected", 4_620_000, 1, haul.collector.contract_id, "collection")
    assert fact.occurred_on == fact.supply_on == fact.sealed_on == date(2026, 3, 2)
    assert (fact.region_id, fact.facility_id) == (cast.ALMATY, haul.recycler.facility_id)
    assert verbs(pk) == ["consignment.load", "consignment.weigh"]


def test_what_was_promised_is_given_back_and_what_was_loaded_is_used(scene, haul):
    accepted = scene.accept(haul.collector, scene.offered())
    job = job_of(accepted)
    load = custody.load(actor=HOUSE, at=cast.AT, loads=[custody.Load(
        loaded_at=cast.AT, job_id=accepted.job_id, handover_code=job.pickup.handover_code,
        vehicle_id=haul.collector.vehicle_id)])[0]
    used = Allotment.objects.filter(contract_id=haul.collector.contract_id, of="quota")
    assert sum(used.values_list("amount", flat=True)) == 2 * TONNE  # reserved by the declared mass
    weigh(haul, haul.ticket(load.id, cast.AT, 1_500_000))
    assert sum(used.values_list("amount", flat=True)) == 1_500_000
    assert sum(Allotment.objects.filter(object_id=job.pickup_id).values_list("amount", flat=True)) == 0
    assert job.pickup.declared_g == 2 * TONNE


def job_of(accepted):
    return Job.objects.select_related("pickup").get(pk=accepted.job_id)


@pytest.mark.parametrize(("gross_g", "tare_g", "refusal"), [
    (8 * TONNE, 8 * TONNE, custody.NetNotPositive), (7 * TONNE, 8 * TONNE, custody.NetNotPositive),
    (48 * TONNE + 1, 8 * TONNE, custody.OverRoadLimit),
])
def test_a_net_that_cannot_be(haul, gross_g, tare_g, refusal):
    pk = haul.loaded(cast.AT)[0]
    with refused(refusal, gross_g=refusal.code):
        weigh(haul, haul.ticket(pk, cast.AT, 0, gross_g=gross_g, tare_g=tare_g))
    assert Consignment.objects.get(pk=pk).state == "loaded" and not Fact.objects.exists()


def test_exactly_forty_tonnes_may_come_by_road(haul):
    pk = haul.loaded(cast.AT)[0]
    weigh(haul, haul.ticket(pk, cast.AT, 40 * TONNE))
    assert Fact.objects.get().grams == 40 * TONNE


def test_one_ticket_weighs_one_load(haul):
    first, second, third = haul.loaded(cast.AT, 3)
    ticket = haul.ticket(first, cast.AT, TONNE)
    weigh(haul, ticket)
    again = haul.ticket(second, cast.AT, TONNE, ticket_number=ticket.ticket_number)
    with refused(custody.TicketReused, ticket_number="ticket_reused"):
        weigh(haul, again)
    with refused(custody.TicketReused, **{"0__ticket_number": "ticket_reused", "1__ticket_number": "ticket_reused"}):
        custody.weigh(actor=HOUSE, at=cast.AT, tickets=[
            haul.ticket(pk, cast.AT, TONNE, ticket_number="twin") for pk in (second, third)])
    with database_refuses("ticket_once"):
        old = Weighing.objects.get()
        Weighing.objects.bulk_create([Weighing(
            id=second, consignment_id=second, scale_id=old.scale_id, ticket_number=old.ticket_number,
            occurred_at=old.occurred_at, recorded_at=cast.AT, gross_g=2, tare_g=1, certified_from=old.certified_from,
            certified_until=old.certified_until)])
    weigh(haul, haul.ticket(second, cast.AT + timedelta(minutes=1), TONNE, ticket_number=ticket.ticket_number))


def test_a_scale_belongs_to_one_of_the_parties(scene, haul):
    pk = haul.loaded(cast.AT)[0]
    other = cast.Scene(at=cast.AT)
    foreign = two_contracts(other).scale_id
    with refused(Unprocessable, scale_id="not_found"):
        weigh(haul, haul.ticket(pk, cast.AT, TONNE, scale_id=foreign))
    with refused(NotFound):  # the plant next door does not see the load at all
        weigh(haul, haul.ticket(pk, cast.AT, TONNE), actor=scene.recycler().actor)
    with refused(NotFound):  # nor does a driver who was not sent
        weigh(haul, haul.ticket(pk, cast.AT, TONNE), actor=cast.member(haul.collector.actor.organisation_id, "driver"))


def test_a_load_is_weighed_once(haul):
    pk = haul.loaded(cast.AT)[0]
    with refused(StaleVersion):
        weigh(haul, haul.ticket(pk, cast.AT, TONNE, version=7))
    weigh(haul, haul.ticket(pk, cast.AT, TONNE, version=1))
    with pytest.raises(WrongState) as caught:
        weigh(haul, haul.ticket(pk, cast.AT, TONNE))
    assert caught.value.fields == {"state": "weighed", "allowed_actions": ["deliver", "store", "split", "group"]}


def test_of_a_list_every_load_that_is_not_ready_is_named(haul):
    ready, weighed = haul.loaded(cast.AT)[0], haul.weighed(cast.AT, [TONNE])[0]
    with pytest.raises(WrongState) as caught:
        custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, TONNE) for pk in (ready, weighed)])
    assert [(one.pointer, one.params["state"]) for one in caught.value.defects] == [("/1/consignment_id", "weighed")]


def test_b46_a_clock_may_be_a_day_off_and_the_legal_date_is_never_after_recording(haul):
    first, second = haul.loaded(cast.AT, 2)
    weigh(haul, haul.ticket(first, cast.AT + timedelta(hours=23), TONNE))
    fact = Fact.objects.get()
    assert Weighing.objects.get().occurred_at == cast.AT + timedelta(hours=23)  # kept as it was printed
    assert fact.occurred_on == fact.supply_on == date(2026, 3, 2)
    with refused(custody.OccurredInFuture, occurred_at="occurred_in_future"):
        weigh(haul, haul.ticket(second, cast.AT + timedelta(days=1, seconds=1), TONNE))


@pytest.mark.parametrize(("occurred_at", "supply_on"), [
    # 31 August 2025, 23:30 in Almaty: still August, though it is 18:30 in Greenwich
    (datetime(2025, 8, 31, 23, 30, tzinfo=ALMATY), date(2025, 8, 31)),
    (datetime(2025, 9, 1, 0, 0, tzinfo=ALMATY), date(2025, 9, 1)),
    # B45: on 29 February 2024 the hour from 23 to 24 happened twice in Almaty; the offset decides, and both are February
    (datetime.fromisoformat("2024-02-29T23:30:00+06:00"), date(2024, 2, 29)),
    (datetime.fromisoformat("2024-02-29T23:30:00+05:00"), date(2024, 2, 29)),
    (datetime.fromisoformat("2024-03-01T00:00:00+06:00"), date(2024, 2, 29)),  # by the old offset: 23:00, again
    (datetime.fromisoformat("2024-03-01T00:00:00+05:00"), date(2024, 3, 1)),
])
def test_b45_the_supply_date_is_almatys_by_the_offset_of_that_day(haul, occurred_at, supply_on):
    pk = haul.loaded(occurred_at)[0]
    weigh(haul, haul.ticket(pk, occurred_at, TONNE), at=cast.AT)
    assert Fact.objects.get().supply_on == Fact.objects.get().occurred_on == supply_on
