"""An officer finds a request nobody may take, sees why, and gives it to somebody."""

from __future__ import annotations

import json
import re

import pytest

from collection.audit.models import AuditLine
from collection.contracts.models import Programme
from collection.dispatch.models import Job
from collection.kernel.db import execute
from collection.pickups.models import Pickup
from tests.cast import TONNE

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(scene):
    """A request that only a contractor too far away could take, and one that has no contract for glass."""
    Programme.objects.filter(pk=scene.programme.id).update(widening=[{"from_wave": 1, "radius_m": 100_000}])
    scene.recycler()
    far, other = scene.collector(km=600, bearing=0), scene.collector(km=3, quotas={"paper": TONNE})
    pickup = scene.submit()
    assert scene.advance(pickup) == "unserved"
    return pickup, far, other


def test_the_queue_says_how_much_waits_where_and_why(scene, stuck, browser_of):
    pickup, _, _ = stuck
    page = browser_of(scene.manager).read("/unserved")
    number = Pickup.objects.get(pk=pickup).number
    assert f'href="/pickups/{pickup}">{number}</a>' in page and "too far 1" in page and "kind of waste 1" in page
    assert re.search(r'Waiting now</h3><p class="figure">2\.0<small>t', page)
    points = json.loads(re.search(r'id="queue-points" type="application/json">(.*?)</script>', page)[1])
    assert [one["properties"]["id"] for one in points["features"]] == [str(pickup)]


def test_the_queue_refreshes_alone_and_is_304_while_nothing_happens(scene, stuck, browser_of):
    office = browser_of(scene.manager)
    part = office.get("/unserved?part=queue")
    assert b"<html" not in part.content and b'id="queue"' in part.content
    assert office.get("/unserved?part=queue", headers={"If-None-Match": part["ETag"]}).status_code == 304


def test_distance_may_be_overruled_and_the_rules_of_a_contract_may_not(scene, stuck, browser_of):
    pickup, far, other = stuck
    office = browser_of(scene.manager)
    page = office.read(f"/pickups/{pickup}")
    assert f'value="{far.contract_id}"' in page and f'value="{other.contract_id}"' not in page
    refused = office.submit(f"/pickups/{pickup}", contract=str(other.contract_id), version="2")
    assert refused.status_code == 422 and "The contract is not eligible" in refused.content.decode()
    assert not Job.objects.exists()
    given = office.submit(f"/pickups/{pickup}", contract=str(far.contract_id), version="2")
    assert (given.status_code, given["Location"]) == (302, f"/pickups/{pickup}")
    assert (Job.objects.get().contract_id, Pickup.objects.get().state) == (far.contract_id, "accepted")
    assert AuditLine.objects.filter(verb="pickup.assign", actor_id=scene.manager.user_id).count() == 1
    assert "The queue is empty" in office.read("/unserved") and "Accepted" in office.read(f"/pickups/{pickup}")
    stale = office.submit("/sign-out")  # leaves
    assert stale.status_code == 302 and office.get("/unserved").status_code == 302


def test_whoever_saw_an_older_version_is_told(scene, stuck, browser_of):
    pickup, far, _ = stuck
    office = browser_of(scene.manager)
    stale = office.submit(f"/pickups/{pickup}", contract=str(far.contract_id), version="1")
    assert (stale.status_code, Job.objects.count()) == (412, 0) and "Read the new version" in stale.content.decode()
    for wrong in ({"contract": "x", "version": "2"}, {"contract": str(far.contract_id)}, {"version": "2"}):
        assert office.submit(f"/pickups/{pickup}", **wrong).status_code == 400


def test_others_see_their_own_and_give_nothing_away(scene, stuck, browser_of):
    pickup, far, _ = stuck
    shop, stranger = browser_of(scene.generator.actor), browser_of(scene.stranger.actor)
    assert shop.get("/unserved").status_code == 403 and "Unserved" not in shop.read("/")
    page = shop.read(f"/pickups/{pickup}")
    assert "Who was considered" not in page and 'name="contract"' not in page
    assert stranger.get(f"/pickups/{pickup}").status_code == 404
    assert shop.submit(f"/pickups/{pickup}", contract=str(far.contract_id), version="2").status_code == 403
    assert browser_of(scene.finance).get("/unserved").status_code == 403
    assert not Job.objects.exists()


def test_a_hostile_name_is_only_a_name(scene, stuck, browser_of):
    pickup, _, _ = stuck
    execute("UPDATE accounts_organisation SET name = %s WHERE id = %s",
            ['"><script>alert(1)</script>', scene.generator.actor.organisation_id])
    page = browser_of(scene.manager).read(f"/pickups/{pickup}")
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
