"""Following the feed from anywhere, while others write, ends with what a fresh list says (I13)."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from time import sleep

import pytest
from django.db import connection

from api.http.authentication import access_token
from api.tasks import CHANGES_KEPT, forget_changes
from collection.accounts import steps as accounts
from collection.custody import operations as custody
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.kernel import feed
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.kernel.db import execute, in_transaction, now, rows, transaction
from collection.kernel.ids import uuid7
from collection.kernel.models import Change, Forgotten
from collection.kernel.refusals import Refusal
from collection.pickups.models import Pickup
from tests import cast
from tests.api.phone import Phone
from tests.cast import TONNE

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("pickups", "offers", "jobs", "consignments")
WRITERS, VERBS = 4, 25


@pytest.fixture
def scene(reference: None, transactional_db: None) -> cast.Scene:
    return cast.Scene(at=datetime.now(UTC))


def phone_of(actor) -> Phone:
    phone, session_id, at = Phone(actor=actor), uuid7(now()), now()
    with transaction():
        accounts.open_session(id=session_id, user_id=actor.user_id, device=phone.installation,
                              refresh_hash=session_id.bytes * 2, at=at, expires_at=at + timedelta(days=1))
    phone.token = access_token(session_id)[0]
    return phone


class Copy:
    """What a phone keeps, by id."""

    def __init__(self, phone: Phone, chance: random.Random) -> None:
        self.phone, self.chance = phone, chance
        self.since: str | None = None
        self.kept: dict[tuple[str, str], dict] = {}
        self.dropped: set[tuple[str, str]] = set()

    def page(self) -> bool:
        asked = f"sync?limit={self.chance.choice((1, 2, 3, 7, 50))}" + (f"&since={self.since}" if self.since else "")
        answer = self.phone.get(asked)
        assert answer.status_code == 200, answer.content
        told = answer.json()
        for kind in KINDS:
            self.kept |= {(kind, one["id"]): one for one in told[kind]}
        for one in told["gone"]:
            assert one["reason"] == "access_lost"
            if self.kept.pop((f"{one['kind']}s", one["id"]), None):
                self.dropped.add((one["kind"], one["id"]))
        self.since = told["next"]
        return told["has_more"]

    def catch_up(self) -> Copy:
        while self.page():
            pass
        return self


def fresh(phone: Phone) -> dict[tuple[str, str], dict]:
    return Copy(phone, random.Random(0)).catch_up().kept


class Town:
    """A generator, two collectors with drivers, two plants, and everything they may do to each other."""

    def __init__(self, scene: cast.Scene) -> None:
        self.scene = scene
        with transaction():
            self.collectors = [scene.collector(km=2 + n) for n in range(2)]
            self.plants = [scene.recycler(km=10 + n) for n in range(2)]
            self.drivers = [cast.member(one.actor.organisation_id, "driver") for one in self.collectors]
            self.other = scene.new_generator(cast.away(3))

    def people(self):
        return [self.scene.generator.actor, self.other.actor, self.scene.manager,
                *(one.actor for one in (*self.collectors, *self.plants)), *self.drivers]

    def act(self, chance: random.Random) -> None:
        verb = chance.choice((self.submit, self.submit, self.answer, self.answer, self.answer, self.cancel, self.drive,
                              self.drive, self.give_back, self.collect))
        try:
            in_transaction(partial(verb, chance))
        except Refusal:
            pass  # somebody else was faster
        except IndexError:
            pass  # there is nothing to do it to

    def submit(self, chance):
        generator = chance.choice((self.scene.generator, self.other))
        pickup_id = self.scene.submit(by=generator.actor, site_id=generator.site_id, at=now(), declared_g=TONNE)
        if chance.random() < 0.9:
            self.scene.advance(pickup_id, at=now())

    def answer(self, chance):
        n = chance.randrange(2)
        offer = chance.choice(list(Offer.objects.filter(contract=self.collectors[n].contract_id, state="open")))
        who = self.collectors[n].actor
        if chance.random() < 0.7:
            dispatch.accept_offer(actor=who, at=now(), offer_id=offer.id)
        else:
            dispatch.decline_offer(actor=who, at=now(), offer_id=offer.id, reason="no_vehicle")

    def cancel(self, chance):
        pickup = chance.choice(list(Pickup.objects.filter(state__in=("submitted", "offered", "accepted", "unserved"))))
        whose = {one.actor.organisation_id: one.actor for one in (self.scene.generator, self.other)}
        dispatch.cancel_pickup(actor=whose[pickup.generator_id], at=now(), pickup_id=pickup.id, reason="mistake")

    def a_job(self, chance, *states):
        n = chance.randrange(2)
        return self.collectors[n], self.drivers[n], chance.choice(list(Job.objects.filter(
            contract=self.collectors[n].contract_id, state__in=states)))

    def drive(self, chance):
        who, driver, job = self.a_job(chance, "assigned", "en_route")
        if job.driver_id is None or chance.random() < 0.3:
            dispatch.assign_driver(actor=who.actor, at=now(), job_id=job.id, version=job.version,
                                   driver_id=driver.user_id, vehicle_id=who.vehicle_id)
        else:
            dispatch.move_job(actor=who.actor, at=now(), job_id=job.id,
                              to={"assigned": "en_route", "en_route": "arrived"}[job.state])

    def give_back(self, chance):
        who, _, job = self.a_job(chance, "assigned", "en_route")
        dispatch.withdraw_job(actor=who.actor, at=now(), job_id=job.id, reason="breakdown")
        dispatch.advance(actor=HOUSE, at=now(), pickup_id=job.pickup_id)

    def collect(self, chance):
        who, _, job = self.a_job(chance, "arrived")
        code = Pickup.objects.get(pk=job.pickup_id).handover_code
        custody.load(actor=who.actor, at=now(), loads=[custody.Load(
            loaded_at=now(), vehicle_id=who.vehicle_id, job_id=job.id, handover_code=code)])


def apart(function):
    """In a thread with a connection of its own."""
    def run(*given):
        try:
            return function(*given)
        finally:
            connection.close()
    return run


@pytest.mark.parametrize("seed", range(2))
def test_following_from_any_point_ends_with_the_fresh_list(scene, seed):
    town = Town(scene)
    phones = [phone_of(actor) for actor in town.people()]
    copies = [Copy(phone, random.Random(f"{seed} {n}")) for n, phone in enumerate(phones)]

    @apart
    def write(number):
        chance = random.Random(f"{seed} writes {number}")
        for _ in range(VERBS):
            town.act(chance)

    @apart
    def follow(number):
        for _ in range(12):
            for copy in copies[number::2]:  # each phone asks one thing at a time
                copy.page()

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        for done in [pool.submit(write, n) for n in range(WRITERS)] + [pool.submit(follow, n) for n in range(2)]:
            done.result()
    assert Pickup.objects.count() > 10 and Job.objects.count() > 3
    for copy in copies:
        # twice: a round that began among the writers ends where it began, and the next one tells the rest
        mine, theirs = copy.catch_up().catch_up().kept, fresh(copy.phone)
        apart_in = {key: [name for name in one if one[name] != theirs.get(key, {}).get(name)]
                    for key, one in mine.items() if one != theirs.get(key)}
        assert (apart_in, mine.keys()) == ({}, theirs.keys()), copy.phone.actor.role
    assert any(copy.dropped for copy in copies), "somebody lost sight of something"


def test_a_commit_that_comes_late_is_not_missed(scene):
    """Transaction A writes first and commits last; whoever read in between hears of it next time."""
    late = phone_of(scene.generator.actor)
    copy = Copy(late, random.Random(1)).catch_up()
    with transaction():
        pickup_id = scene.submit(at=now())  # not committed yet
        with ThreadPoolExecutor(1) as other:
            def between():
                in_transaction(lambda: scene.submit(at=now()))
                copy.catch_up()
            other.submit(apart(between)).result()
        assert len(copy.kept) == 1
    assert ("pickups", str(pickup_id)) in copy.catch_up().kept and len(copy.kept) == 2


def test_lost_offers_and_jobs_are_told_to_those_who_had_them_and_to_nobody_else(scene):
    town = Town(scene)
    winner, loser, driver = *town.collectors, town.drivers[0]
    copies = {who.user_id: Copy(phone_of(who), random.Random(1)).catch_up()
              for who in (winner.actor, loser.actor, driver, town.drivers[1], town.other.actor)}
    with transaction():
        pickup_id = scene.submit(at=now())
        scene.advance(pickup_id, at=now())
    key = ("pickups", str(pickup_id))
    assert key in copies[loser.actor.user_id].catch_up().kept
    with transaction():
        dispatch.accept_offer(actor=winner.actor, at=now(), offer_id=scene.offer_of(winner, pickup_id))
    assert key not in copies[loser.actor.user_id].catch_up().kept and copies[loser.actor.user_id].dropped
    assert key not in copies[driver.user_id].catch_up().kept
    job = Job.objects.get(pickup=pickup_id)
    with transaction():
        dispatch.assign_driver(actor=winner.actor, at=now(), job_id=job.id, version=job.version, driver_id=driver.user_id,
                               vehicle_id=winner.vehicle_id)
    assert {key, ("jobs", str(job.id))} <= set(copies[driver.user_id].catch_up().kept)
    with transaction():
        dispatch.withdraw_job(actor=winner.actor, at=now(), job_id=job.id, reason="breakdown")
    assert key not in copies[driver.user_id].catch_up().kept
    for stranger in (town.drivers[1].user_id, town.other.actor.user_id):
        told = copies[stranger].phone.get(f"sync?since={copies[stranger].since}").json()
        assert told["gone"] == [] and not any(told[kind] for kind in KINDS if kind != "offers")


def test_a_deleted_row_leaves_a_tombstone(scene):
    with transaction():
        pickup_id = scene.submit(at=now())
    copy = Copy(phone_of(scene.generator.actor), random.Random(1)).catch_up()
    with transaction():
        execute("SELECT kernel_follow('pickup', %s, ARRAY[%s]::uuid[], true)",
                [uuid7(now()), scene.generator.actor.organisation_id])
    told = copy.phone.get(f"sync?since={copy.since}").json()
    assert [one["reason"] for one in told["gone"]] == ["deleted"] and ("pickups", str(pickup_id)) in copy.kept


def test_b80_tokens_that_are_not_good(scene):
    phone, other = phone_of(scene.generator.actor), phone_of(scene.manager)
    since = phone.get("sync").json()["next"]

    def refused(of, token):
        answer = of.get(f"sync?since={token}")
        return answer.status_code, answer.json()["code"]

    assert refused(other, since) == (400, "invalid_cursor")
    assert refused(phone, since[:-2] + ("AA" if since[-2:] != "AA" else "BB")) == (400, "invalid_cursor")
    assert refused(phone, "x") == (400, "invalid_cursor")
    assert phone.get("sync?limit=0").status_code == phone.get("sync?limit=201").status_code == 400
    # a database that was set back to yesterday: the token is of a transaction that has not been
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed, "kept", lambda: (0, 1))
        assert refused(phone, since) == (410, "sync_token_expired")


def test_changes_are_forgotten_after_thirty_days_and_the_phone_is_told(scene):
    with transaction():
        scene.submit(at=now())
    copy = Copy(phone_of(scene.generator.actor), random.Random(1)).catch_up()
    forget_changes()
    assert Change.objects.exists() and not Forgotten.objects.exists()
    with transaction():
        scene.submit(at=now())
    for _ in range(120):  # what other databases of this server still write is waited for
        with transaction(), frozen(now() + CHANGES_KEPT + timedelta(seconds=1)):
            forget_changes()
        if not Change.objects.exists():
            break
        sleep(0.5)
    assert not Change.objects.exists() and Forgotten.objects.count() == 1
    answer = copy.phone.get(f"sync?since={copy.since}")
    assert (answer.status_code, answer.json()["code"]) == (410, "sync_token_expired")
    assert len(fresh(copy.phone)) == 2


def test_a_change_is_told_once_for_each_transaction_and_audience(scene):
    Change.objects.all().delete()
    with transaction():
        pickup_id = scene.submit(at=now())
        scene.advance(pickup_id, at=now())
    told = rows("SELECT audience FROM kernel_change WHERE object_id = %s AND kind = 'pickup'", [pickup_id])
    assert {row["audience"] for row in told} == {feed.STAFF, scene.generator.actor.organisation_id} and len(told) == 2
