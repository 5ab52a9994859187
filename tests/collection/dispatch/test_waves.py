"""Three at once, then the next three, then an officer: told as a morning in Almaty."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collection.accounts import steps as accounts
from collection.accounts.models import Organisation
from collection.contracts.models import Contract, Programme
from collection.dispatch import operations as dispatch, queries
from collection.dispatch.models import Explanation, Offer
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from collection.pickups.models import Declared, Pickup
from notifications.models import OutboxRow
from tests.cast import ALMATY, ASTANA, TONNE

pytestmark = pytest.mark.django_db
LIFE = timedelta(seconds=900)


def ranked(pickup_id, wave=1):
    return list(Offer.objects.filter(pickup=pickup_id, wave=wave).order_by("rank").values_list("contract_id", flat=True))


def states(pickup_id):
    return list(Offer.objects.filter(pickup=pickup_id).order_by("wave", "rank").values_list("state", flat=True))


def test_the_fourth_212_km_away_is_chosen_and_the_explanation_lists_all_four(scene):
    """Nearest lacks the category, the second is over its quota, the third does not serve the region."""
    lacks_category = scene.collector(km=3, quotas={"paper": 100 * TONNE})
    over_quota = scene.collector(km=9, quotas={"polymer": 1_500_000})
    other_region = scene.collector(km=40, regions=[ASTANA])
    chosen = scene.collector(km=212)
    scene.recycler()
    pickup_id = scene.offered()

    assert ranked(pickup_id) == [chosen.contract_id]
    offer = Offer.objects.get(pickup=pickup_id)
    assert offer.distance_m == 212_000
    told = queries.explanation(pickup_id)
    assert [one["number"] for one in told["contracts"]] == [
        one.number for one in (lacks_category, over_quota, other_region, chosen)]
    assert [one["distance_m"] for one in told["contracts"]] == [3_000, 9_000, 40_000, 212_000]
    failing = [[rule for rule, holds in one["verdicts"].items() if not holds] for one in told["contracts"]]
    assert failing == [["category"], ["quota"], ["region"], []]
    assert [one["eligible"] for one in told["contracts"]] == [False, False, False, True]
    assert [one["contract_id"] for one in told["offers"]] == [chosen.contract_id]


def test_whoever_is_chosen_is_told_of_however_many_stand_nearer(scene):
    near = [scene.collector(km=1 + n, quotas={"paper": TONNE}) for n in range(queries.CANDIDATES + 1)]
    far, _ = scene.collector(km=150), scene.recycler()
    told = queries.explanation(scene.offered())
    assert len(told["contracts"]) == queries.CANDIDATES + 1
    assert told["contracts"][0]["number"] == near[0].number
    assert told["contracts"][-1]["number"] == far.number


def test_three_are_asked_at_once_nearest_first_and_told_so(scene, told, verbs):
    far, near, middle, farthest = (scene.collector(km=km) for km in (30, 2, 11, 60))
    plant = scene.recycler()
    pickup_id = scene.offered()

    assert ranked(pickup_id) == [near.contract_id, middle.contract_id, far.contract_id]
    for offer in Offer.objects.filter(pickup=pickup_id):
        assert (offer.state, offer.expires_at - offer.offered_at) == ("open", LIFE)
        assert (offer.recycler_contract_id, offer.facility_id) == (plant.contract_id, plant.facility_id)
    assert [told(one.actor.user_id) for one in (near, middle, far, farthest)] == [["offer.new"]] * 3 + [[]]
    assert Pickup.objects.get(pk=pickup_id).state == "offered"
    assert verbs(pickup_id) == ["pickup.submit", "pickup.offer"]


def test_who_has_a_much_longer_way_is_asked_in_a_later_wave(scene):
    """The first yes wins, so the far one would take a load from the near one who had not looked yet."""
    near, far = scene.collector(km=2), scene.collector(km=80)
    scene.recycler()
    pickup_id = scene.offered()
    assert ranked(pickup_id) == [near.contract_id]
    with frozen(scene.at + LIFE):
        scene.advance(pickup_id, at=scene.at + LIFE)
    assert ranked(pickup_id, wave=2) == [far.contract_id]


def test_advancing_again_changes_nothing_while_offers_live(scene, work):
    scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    version = Pickup.objects.get(pk=pickup_id).version
    assert scene.advance(pickup_id) == "offered"
    assert Offer.objects.filter(pickup=pickup_id).count() == 1
    assert Pickup.objects.get(pk=pickup_id).version == version
    assert work(pickup_id)[-1] == "waiting"
    assert OutboxRow.objects.get(object_id=pickup_id, task="dispatch.advance", state="waiting").not_before == (
        Offer.objects.get(pickup=pickup_id).expires_at)


def test_unanswered_offers_expire_by_the_database_clock_and_the_next_wave_goes_out(scene, work):
    first = [scene.collector(km=km) for km in (1, 2, 3)]
    second = [scene.collector(km=km) for km in (4, 5)]
    scene.recycler()
    pickup_id = scene.offered()
    later = scene.at + LIFE
    with frozen(later):
        assert scene.advance(pickup_id, at=later) == "offered"
    assert states(pickup_id) == ["expired"] * 3 + ["open"] * 2
    assert ranked(pickup_id, 1) == [one.contract_id for one in first]
    assert ranked(pickup_id, 2) == [one.contract_id for one in second]
    assert Offer.objects.filter(pickup=pickup_id, state="expired", answered_at=later).count() == 3
    assert queries.explanation(pickup_id)["waves"] == [1, 2]
    asked = queries.explanation(pickup_id, wave=2)["contracts"]
    assert [one["verdicts"]["not_asked_before"] for one in asked] == [False] * 3 + [True] * 2
    assert work(pickup_id) == ["done", "done", "waiting"]


def test_a_worker_with_a_fast_clock_expires_nothing(scene):
    """`at` is only what is written down; the database clock decides (invariant I12)."""
    scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    assert scene.advance(pickup_id, at=scene.at + timedelta(hours=1)) == "offered"
    assert states(pickup_id) == ["open"]


def test_nobody_eligible_goes_to_the_unserved_queue_with_its_explanation(scene, told, verbs):
    scene.collector(regions=[ASTANA]), scene.recycler()
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "unserved"

    pickup = Pickup.objects.get(pk=pickup_id)
    assert (pickup.state, pickup.reason) == ("unserved", "no_collector")
    assert told(scene.manager.user_id) == ["pickup.unserved"]
    assert verbs(pickup_id) == ["pickup.submit", "pickup.unserved"]
    [queued] = queries.unserved(scene.manager, programme=scene.code)
    seen = queued.plain()
    assert seen["id"] == str(pickup_id)
    assert [one["verdicts"]["region"] for one in seen["explanation"]["contracts"]] == [False]
    assert seen["explanation"]["eligible"] == 0


def test_an_unserved_pickup_is_looked_at_again_and_finds_a_new_contract(scene, told, verbs):
    scene.recycler()
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "unserved"
    later = scene.at + timedelta(hours=1)
    with frozen(later):
        assert scene.advance(pickup_id, at=later) == "unserved"  # still nobody: no second alarm, no second line
        assert told(scene.manager.user_id) == ["pickup.unserved"]
        assert Explanation.objects.filter(pickup=pickup_id).count() == 1
        scene.collector()
        assert scene.advance(pickup_id, at=later) == "offered"
    assert verbs(pickup_id) == ["pickup.submit", "pickup.unserved", "pickup.offer"]


def test_a_collector_without_a_plant_to_bring_it_to_is_not_asked(scene):
    scene.collector(), scene.recycler(quotas={"paper": TONNE})
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "unserved"
    assert Pickup.objects.get(pk=pickup_id).reason == "no_recycler"


def test_when_the_last_of_a_wave_declines_the_next_goes_out_at_once(scene, verbs, work):
    first, second = scene.collector(km=1), scene.collector(km=2)
    scene.recycler()
    Programme.objects.filter(code=scene.code).update(wave_size=1)
    pickup_id = scene.offered()
    offer_id = scene.offer_of(first, pickup_id)
    seen = dispatch.decline_offer(actor=first.actor, at=scene.at, offer_id=offer_id, reason="no_vehicle")
    assert (seen.state, seen.plain()["reason"]) == ("declined", "no_vehicle")
    assert verbs(offer_id) == ["offer.decline"]
    due = OutboxRow.objects.filter(object_id=pickup_id, task="dispatch.advance", state="waiting").earliest("not_before")
    assert due.not_before == scene.at  # now, not when the offer would have expired
    assert scene.advance(pickup_id) == "offered"
    assert (states(pickup_id), ranked(pickup_id, 2)) == (["declined", "open"], [second.contract_id])
    again = dispatch.decline_offer(actor=first.actor, at=scene.at, offer_id=offer_id, reason="no_vehicle")
    assert again.state == "declined"
    assert verbs(offer_id) == ["offer.decline"]


def test_full_cycle_keeps_its_load_however_far_its_plant(scene):
    full = scene.contract("full_cycle", base=None, capacity_g=100 * TONNE)
    for km in range(1, queries.CANDIDATES + 2):
        scene.recycler(km=km / 10)
    pickup_id = scene.offered()
    offer = Offer.objects.get(pickup=pickup_id)
    assert (offer.contract_id, offer.recycler_contract_id) == (full.contract_id, full.contract_id)


def test_the_nearest_plant_with_room_in_the_month_is_chosen(scene):
    scene.collector()
    scene.recycler(km=2, capacity_g=1_999_999)
    roomy = scene.recycler(km=20, capacity_g=2 * TONNE)
    scene.recycler(km=90)
    assert Offer.objects.get(pickup=scene.offered()).recycler_contract_id == roomy.contract_id


@pytest.mark.parametrize("why", ["own", "suspended contract", "suspended organisation", "not yet valid", "over", "capped"])
def test_who_is_never_asked(scene, why):
    scene.recycler()
    more = {
        "own": {"who": scene.generator.actor}, "not yet valid": {"valid_from": scene.at.date() + timedelta(days=1)},
        "over": {"valid_to": scene.at.date() - timedelta(days=1)}, "capped": {"cap_tiyn": 0},
    }.get(why, {})
    if why == "own":
        accounts.add_membership(id=uuid7(scene.at), user_id=scene.generator.actor.user_id,
                                organisation_id=scene.generator.actor.organisation_id, role="collector_admin", at=scene.at)
    one = scene.collector(**more)
    if why == "suspended contract":
        Contract.objects.filter(pk=one.contract_id).update(state="suspended")
    if why == "suspended organisation":
        Organisation.objects.filter(pk=one.actor.organisation_id).update(suspended_at=scene.at)
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "unserved"
    [considered] = queries.explanation(pickup_id)["contracts"]
    rule = {"own": "not_own", "suspended contract": "state", "suspended organisation": "state", "capped": "cap"}.get(
        why, "validity")
    assert [name for name, holds in considered["verdicts"].items() if not holds] == [rule]


def test_validity_is_asked_on_the_almaty_day_of_the_window(scene):
    """23:30 in Almaty is still the contract's last day; half an hour later it is not. In UTC both are one day."""
    scene.recycler()
    one = scene.collector(valid_to=date(2026, 3, 2))
    late = scene.at.replace(hour=18, minute=30)  # 23:30 in Almaty on 2 March
    pickup_id = scene.offered(window_from=late, window_to=late + timedelta(hours=2))
    assert ranked(pickup_id) == [one.contract_id]
    after = scene.submit(window_from=late + timedelta(minutes=31), window_to=late + timedelta(hours=2))
    assert scene.advance(after) == "unserved"


def test_a_request_nobody_took_before_its_window_closed_expires(scene, told, verbs, work):
    scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    later = Pickup.objects.get(pk=pickup_id).window_to
    with frozen(later):
        assert pickup_id in dispatch.due_pickups()
        assert scene.advance(pickup_id, at=later) == "expired"
        assert scene.advance(pickup_id, at=later) == "expired"
        assert pickup_id not in dispatch.due_pickups()
    pickup = Pickup.objects.get(pk=pickup_id)
    assert (pickup.state, pickup.reason, pickup.closed_at) == ("expired", "window_over", later)
    assert told(scene.generator.actor.user_id) == ["pickup.expired", "pickup.submitted"]
    assert verbs(pickup_id) == ["pickup.submit", "pickup.offer", "pickup.expire"]
    assert set(work(pickup_id)) == {"done"}


def test_the_sweep_finds_what_a_lost_doorbell_left_behind(scene):
    scene.collector(), scene.recycler()
    fresh, lapsed = scene.submit(), scene.offered()
    assert set(dispatch.due_pickups()) & {fresh, lapsed} == set()
    with frozen(scene.at + timedelta(seconds=61)):
        assert fresh in dispatch.due_pickups()
    with frozen(scene.at + LIFE):
        assert {fresh, lapsed} <= set(dispatch.due_pickups())


def test_asking_is_a_handful_of_statements(scene, django_assert_max_num_queries):
    [scene.collector(km=km) for km in (1, 2, 3, 4)], scene.recycler()
    pickup_id = scene.submit()
    with django_assert_max_num_queries(17):
        dispatch.advance(actor=HOUSE, at=scene.at, pickup_id=pickup_id)


def test_served_regions_may_be_another_than_that_of_the_base(scene):
    """A base in Almaty region may serve the city: what counts is the region of the waste."""
    scene.recycler()
    scene.collector(km=80, regions=[ALMATY])
    assert scene.offered()


def test_a_load_nobody_has_room_for_as_a_whole_goes_in_parts(scene, told, verbs):
    """First the queue, as before: room may be found. An hour later the largest part that fits, and the rest for itself."""
    scene.collector(km=3, quotas={"polymer": 7 * TONNE}), scene.collector(km=9, quotas={"polymer": 3 * TONNE})
    scene.recycler()
    asked = {"id": uuid7(scene.at), "declared_g": 10 * TONNE}
    pickup_id = scene.submit(**asked)
    assert scene.advance(pickup_id) == "unserved"
    assert not Pickup.objects.filter(residual_of=pickup_id).exists()

    later = scene.at + timedelta(hours=1)
    with frozen(later):
        assert scene.advance(pickup_id, at=later) == "unserved"  # it is parted, and both are looked at again at once
        rest = Pickup.objects.get(residual_of=pickup_id)
        assert set(OutboxRow.objects.filter(task="dispatch.advance", state="waiting").values_list(
            "object_id", "not_before")) == {(pickup_id, later), (rest.pk, later)}
        assert scene.advance(pickup_id, at=later) == "offered"
        first = Pickup.objects.get(pk=pickup_id)
        assert (first.declared_g, rest.declared_g, rest.state) == (5 * TONNE, 5 * TONNE, "submitted")
        assert (rest.window_from, rest.window_to) == (first.window_from, first.window_to)
        assert list(Declared.objects.values_list("pickup_id", "grams")) == [(pickup_id, 10 * TONNE)]
        assert verbs(pickup_id) == ["pickup.submit", "pickup.unserved", "pickup.part", "pickup.offer"]
        assert verbs(rest.pk) == ["pickup.residual"]
        assert told(scene.generator.actor.user_id) == ["pickup.parted", "pickup.submitted"]
        assert scene.submit(**asked) == pickup_id  # the phone that lost the answer sends what it sent


@pytest.mark.parametrize(("asked_g", "room_g"), [(10 * TONNE, 2_400_000), (1_900_000, 1_500_000)])
def test_no_part_is_less_than_a_quarter_or_a_tonne(scene, asked_g, room_g):
    scene.collector(quotas={"polymer": room_g}), scene.recycler()
    pickup_id = scene.submit(declared_g=asked_g)
    scene.advance(pickup_id)
    later = scene.at + timedelta(hours=1)
    with frozen(later):
        assert scene.advance(pickup_id, at=later) == "unserved"
    assert Pickup.objects.get().declared_g == asked_g
