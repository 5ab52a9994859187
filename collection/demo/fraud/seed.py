"""The whole set: opened, lived, claimed, and its insiders and races."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from collection.accounts.models import Membership
from collection.contracts.models import Programme
from collection.custody.models import Consignment
from collection.kernel.clock import frozen
from collection.kernel.db import transaction
from notifications import outbox

from .. import cast, people
from ..events import clock, run
from ..models import Planted
from . import money
from .plan import make_plan
from .schemes import plant
from .world import OPENED, World


def code_of(seed: int) -> str:
    return f"fraud-{seed}"


def seed_fraud(*, seed: int, per_kind: int, tell: Callable[[int, int, str], None]) -> dict[str, int]:
    """Programme fraud-SEED; returns how many loads and planted cases there are. The same seed plans the same cases."""
    plan = make_plan(seed=seed, per_kind=per_kind)
    plant(plan, per_kind)
    at = clock(OPENED, 9)
    with transaction(), frozen(at):
        known = Membership.objects.filter(user__phone=cast.OFFICERS["manager"]).exists()
        officers = {title: people.officer(title) for title in cast.OFFICERS} if known else people.officers(at)
        world = World(plan, code_of(seed), 400 * Programme.objects.filter(code__startswith="fraud-").count(), officers)
        world.open(at)
    run([*world.events(), *money.events(world)], tell=tell)
    end = clock(date(2026, 4, 10), 10)
    money.approve_own_work(world, end)
    money.race(world, end)
    with transaction():
        outbox.settle(task="facts.sealed", object_id=world.programme_id)
    planted = Planted.objects.filter(programme_id=world.programme_id)
    return {"loads": Consignment.objects.filter(programme_id=world.programme_id).count(), "planted": planted.count(),
            "kinds": planted.values("kind").distinct().count()}
