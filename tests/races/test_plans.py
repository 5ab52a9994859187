"""Two dispatchers plan the same day at once: one plan is in force, and every load is on it once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from api.http.authentication import access_token
from collection.accounts import steps as accounts
from collection.dispatch import operations as dispatch, queries
from collection.dispatch.models import Plan, RouteStop
from collection.kernel.actor import HOUSE
from collection.kernel.calendar import almaty_date
from collection.kernel.db import now, rows, transaction
from collection.kernel.ids import uuid7
from tests.api.phone import Phone
from tests.collection.dispatch.routes import check, job
from tests.races.test_every_order import await_blocked

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


@pytest.fixture
def planned(scene):
    """A collector with two loads of tomorrow."""
    with transaction():
        who = scene.collector(km=5)
        scene.recycler(km=10)
        day = almaty_date(scene.at) + timedelta(days=1)
        return who, day, [job(scene, who, day=day) for _ in range(2)]


def stand(who, day, jobs):
    """One plan is in force, whose stops are these loads, each fetched and brought once."""
    plan = Plan.objects.get(contract=who.contract_id, day=day, state="done")
    check(plan.id)
    stops = RouteStop.objects.filter(route__plan=plan).values_list("job_id", "kind")
    assert Counter(stops) == {(one, kind): 1 for one in jobs for kind in ("pickup", "delivery")}
    return plan


def test_two_drafts_of_one_reading(planned, session):
    who, day, _ = planned

    def adopting():
        given = queries.read_day(queries.base_of(HOUSE, contract_id=who.contract_id), day, at=now())
        found = queries.draft(given)
        return lambda: dispatch.adopt_plan(actor=who.actor, at=now(), draft=found)

    first, second = adopting(), adopting()
    one, other = session(), session()
    one.begin(first)
    other.start(second)
    await_blocked([other.pid])
    one.proceed()
    assert (one.end(), other.end()) == ("done", "PlanOutdated")
    assert stand(*planned).replaces_id is None and Plan.objects.count() == 1


def test_eight_posts_at_once(scene, planned):
    """Each is answered with a plan or told to look again; those in force followed each other without a gap."""
    who, day, _ = planned
    session_id, phone, ready = uuid7(scene.at), Phone(), Barrier(AT_ONCE)
    with transaction():
        accounts.open_session(
            id=session_id, user_id=who.actor.user_id, device=phone.installation, refresh_hash=session_id.bytes * 2,
            at=scene.at, expires_at=scene.at + timedelta(days=1))
    phone.token = access_token(session_id)[0]

    def post(_):
        try:
            ready.wait()
            return phone.post("routes/plan", {"day": day.isoformat(), "vehicles": []})
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(post, range(AT_ONCE)))
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    refused = [answer.json()["code"] for answer in answers if answer.status_code != 201]
    assert made and set(refused) <= {"plan_outdated"} and len(made) + len(refused) == AT_ONCE
    stand(*planned)
    states = rows("SELECT state, count(*) AS n, count(replaces_id) AS follows FROM dispatch_plan GROUP BY state ORDER BY 1")
    followed = len(made) - 1
    assert states[0] == {"state": "done", "n": 1, "follows": min(followed, 1)}
    assert sum(row["n"] for row in states[1:]) == followed and {row["state"] for row in states[1:]} <= {"replaced"}
    assert Plan.objects.exclude(replaces=None).values("replaces").distinct().count() == followed
