"""What the rules are told of real rows: tickets, ways, photos, plants. Of two that look alike only the later one is held."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection

from collection.custody import operations as custody
from collection.demo.fraud.pictures import copied_anew, photograph
from collection.dispatch.models import Job
from collection.kernel.actor import HOUSE
from collection.kernel.ids import uuid7
from collection.payouts import operations as payouts
from collection.payouts.models import Hold
from collection.payouts.operations.holds import HoldNotLiftable
from collection.payouts.queries.lines import line_facts
from collection.payouts.rules import broken
from collection.pickups import operations as pickups
from collection.pickups.models import Upload
from tests import cast
from tests.collection.custody.haul import two_contracts

TONNE, HOUR = cast.TONNE, timedelta(hours=1)
FAR = (71.4304, 51.1282)  # Astana, 970 km from the shop


def held(office, at=cast.AT) -> dict:
    """load -> the rules that hold it, after accrual; but for the region, because nobody here serves Astana"""
    office.accrue(at)
    found: dict = {}
    for load, rule in Hold.objects.exclude(rule="region_not_in_contract").values_list("line__consignment_id", "rule"):
        found.setdefault(load, set()).add(rule)
    return found


def weighed(haul, loads, tickets) -> list:
    ids = [one.id for one in custody.load(actor=HOUSE, at=cast.AT, loads=loads)]
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[
        haul.ticket(pk, cast.AT, net_g, **more) for pk, (net_g, more) in zip(ids, tickets, strict=True)])
    custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=ids)
    custody.receive(actor=HOUSE, at=cast.AT, receipts=[
        custody.NewReceipt(pk, net_g, 0, cast.AT, "") for pk, (net_g, _) in zip(ids, tickets, strict=True)])
    return ids


@pytest.mark.parametrize(("apart", "rules"), [(23 * HOUR, {"ticket_reused", "twin_weights"}), (25 * HOUR, {"ticket_reused"})])
def test_a_number_and_weights_that_come_again(whole, office, apart, rules):
    same = {"ticket_number": "T-1", "gross_g": 15 * TONNE, "tare_g": 12 * TONNE}
    _first, second = weighed(whole, [whole.load(cast.AT - 30 * HOUR)] * 2, [
        (3 * TONNE, same | {"occurred_at": cast.AT - apart}), (3 * TONNE, same)])
    assert held(office) == {second: rules}


def test_another_scale_has_a_journal_of_its_own(whole, office):
    same = {"ticket_number": "T-1", "gross_g": 15 * TONNE, "tare_g": 12 * TONNE}
    weighed(whole, [whole.load(cast.AT)] * 2, [(3 * TONNE, same), (3 * TONNE, same | {"scale_id": whole.scale()})])
    assert held(office) == {}


def test_how_far_a_lorry_drives(whole, office):
    _slow, fast = weighed(whole, [
        whole.load(cast.AT - 9 * HOUR, point=FAR, plate="111SLW02"),
        whole.load(cast.AT - 7 * HOUR, point=FAR, plate="222FST02")], [(TONNE, {}), (TONNE, {})])
    assert held(office) == {fast: {"impossible_haul"}}
    [hold] = Hold.objects.filter(rule="impossible_haul", line__consignment=fast, line__stage="collection")
    assert 900 < hold.params["km"] < 1000 and hold.params["minutes"] == 420


def test_one_lorry_at_two_places(whole, office):
    _here, there, _other = weighed(whole, [
        whole.load(cast.AT - 11 * HOUR), whole.load(cast.AT - 10 * HOUR, point=FAR),
        whole.load(cast.AT - 10 * HOUR, point=FAR, plate="222OTH02")], [(TONNE, {})] * 3)
    assert held(office) == {there: {"impossible_tour"}}


def test_much_more_than_was_asked_for_and_a_photo_that_was_shown_before(scene, office):
    haul = two_contracts(scene)
    ids = []
    for declared_g, digest in ((2 * TONNE, "a"), (2 * TONNE, "a"), (4 * TONNE, "b")):
        photo = Upload.objects.create(id=uuid7(cast.AT), organisation_id=scene.generator.actor.organisation_id, size=1,
                                      content_type="image/jpeg", sha256=digest * 64, state="stored", stored_at=cast.AT,
                                      created_at=cast.AT)
        pickup = scene.offered(declared_g=declared_g, photo_ids=(photo.pk,))
        job = scene.accept(haul.collector, pickup).job_id
        with connection.cursor() as cursor:
            cursor.execute("SELECT handover_code FROM pickups_pickup WHERE id = %s", [pickup])
            [code] = cursor.fetchone()
        ids += weighed(haul, [custody.Load(job_id=job, handover_code=code, loaded_at=cast.AT, more_follows=False,
                                           plate=f"{declared_g % 7}11PHT02")], [(3_400_000, {})])
    assert held(office) == {ids[0]: {"above_declared"}, ids[1]: {"above_declared", "photo_reused"}}


def test_a_copy_of_a_photo_that_was_shown_before(scene, office):
    """Made smaller and encoded anew it is held; another photo of the same place is not. Through the photo's own verbs."""
    haul = two_contracts(scene)
    owner, first = scene.generator.actor, photograph("yard", "monday")
    ids = []
    for n, picture in enumerate((first, photograph("yard", "tuesday"), copied_anew(first))):
        at = cast.AT + n * timedelta(minutes=1)
        photo = pickups.announce_photo(actor=owner, at=at, content_type="image/jpeg", size=len(picture),
                                       sha256=sha256(picture).hexdigest()).id
        pickups.store_photo(actor=owner, at=at, upload_id=photo, picture=pickups.check_photo(upload_id=photo, data=picture))
        job = scene.accept(haul.collector, scene.offered(declared_g=3_400_000, photo_ids=(photo,))).job_id
        code = Job.objects.get(pk=job).pickup.handover_code
        ids += weighed(haul, [custody.Load(job_id=job, handover_code=code, loaded_at=cast.AT, more_follows=False,
                                           plate=f"{n}11PHT02")], [(3_400_000 + 20_000 * n, {})])
    assert held(office) == {ids[2]: {"photo_copied"}}


def test_a_yield_outside_its_band(whole, office):
    [_good] = whole.recycled(cast.AT, [TONNE])
    [bad] = whole.received(cast.AT, [TONNE])
    custody.process(actor=HOUSE, at=cast.AT + HOUR, batches=[custody.NewBatch(
        whole.recycler.contract_id, "polymer", (bad,), 990_000, 0, 10_000, cast.AT + HOUR)])
    assert held(office, cast.AT + HOUR) == {bad: {"yield_out_of_band"}}


def test_a_scale_that_prefers_round_weights(whole, office):
    """Typed and round among too many of these: held; read from the scale, or not round: marked."""
    nets = [2 * TONNE + n * 500_000 for n in range(14)]
    ids = weighed(whole, [whole.load(cast.AT)] * 16, [(net_g, {"manual": True}) for net_g in nets] + [
        (4_120_000, {"manual": True}), (5 * TONNE, {})])
    assert held(office) == {pk: {"invented_weight"} for pk in ids[:14]}
    lines = [line for line, rules in marked().items() if "digit_preference" in rules]
    assert len(lines) == 2 * len(ids)


def marked() -> dict:
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(id) FROM payouts_accrualline")
        [ids] = cursor.fetchone()
    return {line: set(broken(facts, "flag")) for line, facts in line_facts(ids).items()}


def test_nobody_lifts_a_block(whole, office):
    whole.received(cast.AT, [TONNE])
    office.accrue(cast.AT)
    hold = Hold.objects.create(line_id=next(iter(marked())), rule="foreign_origin", params={}, placed_at=cast.AT, lifted_why="")
    with pytest.raises(HoldNotLiftable):
        payouts.lift_hold(actor=office.inspector, at=cast.AT, hold_id=hold.pk, why="please")
