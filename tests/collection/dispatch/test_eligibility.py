"""Who is asked, and how far: vehicles, working days, widening, history; told with stored rows."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from collection.audit.models import AuditLine
from collection.contracts.models import Programme
from collection.dispatch import operations as dispatch, queries
from collection.dispatch.models import Explanation, Job, Offer, UnservedAlarm
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, StaleVersion, Unprocessable, WrongState
from collection.pickups.models import Pickup
from collection.registry import operations as registry
from collection.registry.models import Base, Vehicle
from notifications.models import Notice
from tests import cast
from tests.cast import ALMATY_REGION, TONNE

pytestmark = pytest.mark.django_db


def ranked(pickup_id, wave=1):
    return list(Offer.objects.filter(pickup=pickup_id, wave=wave).order_by("rank").values_list("contract_id", flat=True))


def failing(told, contract):
    [found] = [one for one in told["contracts"] if one["number"] == contract.number]
    return [rule for rule, holds in found["verdicts"].items() if not holds]


def programme(scene, **changes):
    Programme.objects.filter(code=scene.code).update(**changes)


# --- vehicles ------------------------------------------------------------------------------------------------------------
def test_a_load_above_the_payload_is_offered_as_trips_and_the_job_has_them(scene):
    one, _ = scene.collector(), scene.recycler()  # its lorry carries five tonnes
    pickup_id = scene.offered(declared_g=12 * TONNE)
    assert Offer.objects.get(pickup=pickup_id).trips == 3
    job = Job.objects.get(pk=scene.accept(one, pickup_id).job_id)
    assert (job.trips, job.trips_done, job.frozen) == (3, 0, False)


def test_who_has_no_vehicle_or_too_small_a_one_is_not_asked(scene):
    none, small, enough = scene.collector(km=1), scene.collector(km=2), scene.collector(km=3)
    scene.recycler()
    Vehicle.objects.filter(organisation=none.actor.organisation_id).update(retired_at=scene.at)
    Vehicle.objects.filter(organisation=small.actor.organisation_id).update(payload_g=199_999)  # eleven trips
    pickup_id = scene.offered()
    assert ranked(pickup_id) == [enough.contract_id]
    told = queries.explanation(pickup_id)
    assert failing(told, none) == failing(told, small) == ["vehicle"]
    assert [one["payload_g"] for one in told["contracts"]] == [0, 199_999, 5 * TONNE]


# --- days ----------------------------------------------------------------------------------------------------------------
SUNDAY = {"window_from": cast.AT + timedelta(days=6), "window_to": cast.AT + timedelta(days=6, hours=4)}


def test_on_a_sunday_only_who_works_on_sundays_is_asked(scene):
    usual, always = (scene.collector(km=km, working_days=None) for km in (1, 2))
    plant = scene.recycler(working_days=None)
    base = Base.objects.get(contract=always.contract_id)
    changed = registry.change_working_days(
        actor=always.actor, at=scene.at, noun="base", place_id=base.id, days=[7, 1, 7], version=1)
    assert (changed.working_days, changed.version) == ((1, 7), 2)
    pickup_id = scene.submit(**SUNDAY)
    assert scene.advance(pickup_id) == "unserved"  # the plant is closed
    told = queries.explanation(pickup_id)
    assert (failing(told, usual), failing(told, always)) == (["working_day"], [])
    assert told["recyclers"][0]["verdicts"]["working_day"] is False
    registry.change_working_days(
        actor=plant.actor, at=scene.at, noun="facility", place_id=plant.facility_id, days=range(1, 8), version=1)
    assert scene.advance(pickup_id) == "offered"
    assert ranked(pickup_id) == [always.contract_id]


def test_a_holiday_of_the_programme_is_nobodys_day(scene):
    one, _ = scene.collector(), scene.recycler()
    programme(scene, holidays=[cast.AT.date()])
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "unserved"
    told = queries.explanation(pickup_id)
    assert (failing(told, one), told["need"]["holiday"]) == (["working_day"], True)


def test_strangers_weekdays_and_stale_versions(scene):
    one, other = (scene.collector(working_days=None) for _ in range(2))
    base = Base.objects.get(contract=one.contract_id)

    def change(who=one, noun="base", days=(1,), version=1):
        registry.change_working_days(
            actor=who.actor, at=scene.at, noun=noun, place_id=base.id, days=days, version=version)

    for wrong in ({"who": other}, {"noun": "facility"}):
        with pytest.raises(NotFound):
            change(**wrong)
    with pytest.raises(StaleVersion):
        change(version=2)
    for days in ((), (0,), (8,)):
        with pytest.raises(Unprocessable):
            change(days=days)
    assert Base.objects.get(pk=base.id).working_days == [1, 2, 3, 4, 5, 6]


# --- widening ------------------------------------------------------------------------------------------------------------
def test_the_first_wave_stays_near_and_the_second_reaches_further(scene):
    near, far, plant = scene.collector(km=5), scene.collector(km=80), scene.recycler()
    programme(scene, widening=[{"from_wave": 1, "radius_m": 20_000}, {"from_wave": 2, "radius_m": 100_000}])
    pickup_id = scene.offered()
    assert ranked(pickup_id) == [near.contract_id]
    assert failing(queries.explanation(pickup_id), far) == ["radius"]
    dispatch.decline_offer(actor=near.actor, at=scene.at, offer_id=scene.offer_of(near, pickup_id), reason="other")
    assert scene.advance(pickup_id) == "offered"
    assert ranked(pickup_id, 2) == [far.contract_id]
    assert plant.contract_id in {one.recycler_contract_id for one in Offer.objects.filter(pickup=pickup_id)}


def test_when_nobody_is_near_the_wave_is_widened_at_once(scene):
    far, _ = scene.collector(km=80), scene.recycler()
    programme(scene, widening=[{"from_wave": 1, "radius_m": 20_000}, {"from_wave": 3, "radius_m": 100_000}])
    pickup_id = scene.offered()
    assert ranked(pickup_id) == [far.contract_id]
    assert queries.explanation(pickup_id)["need"]["radius_m"] == 100_000


def test_beyond_the_last_radius_nobody_is_asked(scene):
    far, _ = scene.collector(km=101), scene.recycler()
    programme(scene, widening=[{"from_wave": 1, "radius_m": 100_000}])
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "unserved"
    assert failing(queries.explanation(pickup_id), far) == ["radius"]


def test_who_serves_only_the_neighbouring_region_is_asked_where_the_programme_says_so(scene):
    next_door, _ = scene.collector(km=20, regions=[ALMATY_REGION]), scene.recycler()
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "unserved"
    assert failing(queries.explanation(pickup_id), next_door) == ["region"]
    programme(scene, widening=[{"from_wave": 1}, {"from_wave": 2, "radius_m": 60_000, "neighbours": True}])
    assert scene.advance(pickup_id) == "offered"
    assert ranked(pickup_id) == [next_door.contract_id]
    assert ALMATY_REGION in queries.explanation(pickup_id)["need"]["neighbours"]


def test_a_contract_of_both_regions_is_asked_once(scene):
    both, _ = scene.collector(km=20), scene.recycler()
    programme(scene, widening=[{"from_wave": 1, "radius_m": 60_000, "neighbours": True}])
    assert ranked(scene.offered()) == [both.contract_id]


# --- history -------------------------------------------------------------------------------------------------------------
def past(scene, contractor, *, state, count, reason=""):
    """Answers of yesterday."""
    pickup_id = scene.submit()
    Pickup.objects.filter(pk=pickup_id).update(state="cancelled", reason="mistake", closed_at=scene.at)
    at = scene.at - timedelta(days=1)
    for wave in range(count):
        Offer.objects.create(
            id=uuid7(at), pickup_id=pickup_id, contract_id=contractor.contract_id,
            organisation_id=contractor.actor.organisation_id, wave=wave, rank=1, distance_m=1, state=state,
            offered_at=at, expires_at=at + timedelta(minutes=15), answered_at=at, reason=reason)


@pytest.mark.parametrize(("state", "reason"), [("declined", "other"), ("expired", ""), ("withdrawn", "no_driver")])
def test_who_seldom_accepts_or_gives_back_is_asked_later(scene, state, reason):
    nearer, farther = scene.collector(km=5), scene.collector(km=9)
    scene.recycler()
    past(scene, nearer, state=state, reason=reason, count=5)
    pickup_id = scene.offered()
    assert ranked(pickup_id) == [farther.contract_id, nearer.contract_id]
    cost = {one["number"]: one["cost"] for one in queries.explanation(pickup_id)["contracts"]}[nearer.number]
    expected = {"declined": (0, 5, 0, 0.3), "expired": (0, 5, 0, 0.3), "withdrawn": (0, 0, 5, 0.2)}[state]
    assert (cost["accepted"], cost["refused"], cost["withdrawn"], cost["acceptance"]) == expected


def test_what_was_taken_by_somebody_else_is_no_refusal(scene):
    nearer, farther = scene.collector(km=5), scene.collector(km=9)
    scene.recycler()
    past(scene, nearer, state="withdrawn", count=9)  # without a reason: a sibling was faster
    assert ranked(scene.offered()) == [nearer.contract_id, farther.contract_id]


def test_giving_a_job_back_is_counted(scene):
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    job = scene.accept(one, pickup_id)
    dispatch.withdraw_job(actor=one.actor, at=scene.at, job_id=job.job_id, reason="breakdown")
    told = dispatch.try_pickup(actor=scene.manager, at=scene.at, new=scene.request()).told
    assert told["contracts"][0]["cost"]["withdrawn"] == 1


# --- an officer decides ----------------------------------------------------------------------------------------------------
def test_a_job_is_reassigned_and_frozen(scene, verbs, told):
    first, second = scene.collector(km=1), scene.collector(km=2)
    scene.recycler()
    lost = scene.accept(first, scene.offered())
    seen = dispatch.reassign_job(
        actor=scene.manager, at=scene.at, job_id=lost.job_id, contract_id=second.contract_id, version=1).plain()
    job = Job.objects.get(pk=seen["id"])
    assert (job.contract_id, job.frozen, seen["frozen"]) == (second.contract_id, True, True)
    assert (Job.objects.get(pk=lost.job_id).state, Job.objects.get(pk=lost.job_id).reason) == ("withdrawn", "reassigned")
    assert verbs(lost.job_id) == ["job.reassign"]
    assert "offer.withdrawn" in told(first.actor.user_id)
    assert told(second.actor.user_id) == ["offer.new", "offer.taken", "pickup.assigned"]
    with pytest.raises(WrongState):
        dispatch.reassign_job(actor=scene.manager, at=scene.at, job_id=lost.job_id, contract_id=first.contract_id)
    with pytest.raises(Unprocessable):
        dispatch.reassign_job(actor=scene.manager, at=scene.at, job_id=job.id, contract_id=second.contract_id)
    with pytest.raises(StaleVersion):
        dispatch.reassign_job(actor=scene.manager, at=scene.at, job_id=job.id, contract_id=first.contract_id, version=9)
    with pytest.raises(NotFound):
        dispatch.reassign_job(actor=scene.manager, at=scene.at, job_id=uuid7(scene.at), contract_id=first.contract_id)


# --- the unserved ----------------------------------------------------------------------------------------------------------
def test_much_unserved_in_a_district_alarms_once_a_day(scene, caplog):
    programme(scene, unserved_alarm_g=3 * TONNE)
    ids = [scene.submit() for _ in range(3)]

    def alarms():
        return Notice.objects.filter(recipient_id=scene.manager.user_id, event="district.unserved").count()

    for pickup_id, expected in zip(ids, (0, 1, 1), strict=True):  # two, four and six tonnes
        assert scene.advance(pickup_id) == "unserved"
        assert alarms() == expected
    place = Pickup.objects.get(pk=ids[0]).district_id
    [rung] = UnservedAlarm.objects.all()
    assert (rung.place, rung.day, rung.mass_g) == (place, date(2026, 3, 2), 4 * TONNE)
    assert [record.levelname for record in caplog.records if "unserved" in record.message] == ["WARNING"]
    words = Notice.objects.get(event="district.unserved", recipient_id=scene.manager.user_id)
    assert all("4.000" in body and "{" not in body for body in (words.body_kk, words.body_ru, words.body_en))
    tomorrow = scene.at + timedelta(days=1)
    Pickup.objects.filter(pk__in=ids).update(window_to=tomorrow + timedelta(days=1))
    with frozen(tomorrow):
        scene.advance(ids[0], at=tomorrow)
    assert alarms() == 2


def test_where_no_district_is_known_the_region_is_named(scene):
    programme(scene, unserved_alarm_g=TONNE)
    pickup_id = scene.submit()
    Pickup.objects.filter(pk=pickup_id).update(district=None)
    assert scene.advance(pickup_id) == "unserved"
    assert UnservedAlarm.objects.get().place == cast.ALMATY
    [found] = queries.unserved_by_district(programme=scene.code)
    assert (found.region, found.district, found.waiting_g) == (cast.ALMATY, None, 2 * TONNE)


def test_without_a_threshold_there_is_no_alarm(scene):
    programme(scene, unserved_alarm_g=None)
    assert scene.advance(scene.submit(declared_g=40 * TONNE)) == "unserved"
    assert not UnservedAlarm.objects.exists()


def test_tonnes_nobody_fetches_by_district(scene):
    waiting, lost = scene.submit(), scene.submit(declared_g=3 * TONNE)
    for pickup_id in (waiting, lost):
        scene.advance(pickup_id)
    over = Pickup.objects.get(pk=lost).window_to
    Pickup.objects.filter(pk=waiting).update(window_to=over + timedelta(days=40))
    with frozen(over):
        scene.advance(lost, at=over)
        [found] = queries.unserved_by_district(programme=scene.code)
    assert (found.district, found.waiting_n, found.waiting_g, found.oldest_at, found.lost_n, found.lost_g) == (
        Pickup.objects.get(pk=waiting).district_id, 1, 2 * TONNE, scene.at, 1, 3 * TONNE)
    with frozen(over + timedelta(days=31)):
        [later] = queries.unserved_by_district(programme=scene.code)
    assert (later.waiting_g, later.lost_g) == (2 * TONNE, 0)
    assert queries.unserved_by_district(programme="unknown") == []


# --- a dry run, and the explanation as a table -----------------------------------------------------------------------------
def test_a_dry_run_says_what_would_happen_and_writes_nothing(scene):
    near, far = scene.collector(km=5), scene.collector(km=9)
    plant = scene.recycler()
    before = AuditLine.objects.count()
    found = dispatch.try_pickup(actor=scene.manager, at=scene.at, new=scene.request())
    assert [one["cost"]["rank"] for one in found.told["contracts"]] == [1, 2]
    assert found.told["contracts"][0]["cost"]["recycler_contract_id"] == str(plant.contract_id)
    assert (found.wave_size, found.checked.payable) == (2, True)
    assert (AuditLine.objects.count(), Offer.objects.count(), Explanation.objects.count()) == (before, 0, 0)
    assert ranked(scene.offered()) == [near.contract_id, far.contract_id]


def test_the_table_names_everybody_with_rules_and_numbers(scene):
    near, over = scene.collector(km=5), scene.collector(km=9, quotas={"polymer": TONNE})
    plant, full = scene.recycler(), scene.recycler(km=3, capacity_g=TONNE)
    pickup_id = scene.offered()
    for asked in (str(pickup_id), str(Pickup.objects.get(pk=pickup_id).number)):
        out = StringIO()
        call_command("explain_dispatch", asked, stdout=out)
        rows = {line.split()[0]: line for line in out.getvalue().splitlines() if line.startswith("  ")}
        assert rows[over.number].endswith("quota") and "0/1 " in rows[over.number]
        assert rows[full.number].endswith("capacity") and "0/1 " in rows[full.number]
        # 5 out and 30.4 home are empty, 30 loaded; 0.4 of 40 for a refusal, 20 less for having had nothing
        assert rows[near.number].split()[-7:] == ["1", "35.4", "30.0", "0.60", "1.00", "61.4", "-"]
        assert rows[plant.number].endswith(" -")
        assert "Wave 1: however far" in out.getvalue() and "OFFERS" in out.getvalue()


def test_before_anything_is_offered_the_table_is_a_dry_run(scene):
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.submit()
    out = StringIO()
    call_command("explain_dispatch", str(pickup_id), stdout=out)
    assert "As the next wave would be" in out.getvalue() and one.number in out.getvalue()
    assert Pickup.objects.get(pk=pickup_id).state == "submitted"
    for wrong in ("nonsense", "999999999", str(uuid7(scene.at))):
        with pytest.raises(CommandError):
            call_command("explain_dispatch", wrong, stdout=out)
    with pytest.raises(CommandError):
        call_command("explain_dispatch", str(pickup_id), wave=7, stdout=out)
