"""Claims of the honest and of the others; insiders who approve their own work; two claims that race for one cap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from uuid import UUID

from django.db import DatabaseError, connection

from collection.kernel.actor import HOUSE, Actor
from collection.kernel.clock import frozen
from collection.kernel.db import execute, transaction
from collection.kernel.refusals import Refusal
from collection.payouts import operations as payouts
from collection.payouts.declarations import CURRENT
from collection.payouts.models import Claim

from ..events import Event, clock
from ..models import Planted
from .plan import COLLECTORS
from .world import World

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


def events(world: World) -> list[Event]:
    """February is claimed in March, March in April: prepared by finance itself, which is allowed, and seen by an inspector."""
    return [Event(clock(day, 10), lambda at, month=month: claim(world, at, month))  # type: ignore[misc]
            for day, month in ((date(2026, 3, 2), FEBRUARY), (date(2026, 4, 2), MARCH))]


def claim(world: World, at: datetime, month: date) -> None:
    payouts.accrue(actor=HOUSE, at=at, programme_id=world.programme_id)
    for n, (contract, admin) in enumerate(world.collectors):
        made = payouts.prepare_claim(actor=world.officers["finance"], at=at, contract_id=contract, month=month)
        if made is not None:
            payouts.submit_claim(actor=admin, at=at, claim_id=made.id, act_number=f"{month:%m}-{n}",
                                 einvoice_number=f"ESF-{world.code}-{month:%m}-{n}", declaration=CURRENT)
            payouts.verify_claim(actor=world.officers["inspector"], at=at, claim_id=made.id)


def approve_own_work(world: World, at: datetime) -> None:
    """By the verb, and by SQL as the application itself: whoever prepared the claim, and whoever verified it."""
    mine = Claim.objects.filter(programme_id=world.programme_id, contract__in=_racers(world), month=FEBRUARY)
    for n, claim_id in enumerate(mine.order_by("number").values_list("id", flat=True)):
        who = world.officers["finance" if n % 2 else "inspector"]
        try:
            with transaction(), frozen(at):
                if n % 4 < 2:
                    payouts.approve_claim(actor=who, at=at, claim_id=claim_id)
                else:
                    execute("UPDATE payouts_claim SET state = 'approved', approved_by = %s, approved_at = %s, "
                            "version = version + 1 WHERE id = %s", [who.user_id, at, claim_id])
        except (Refusal, DatabaseError):
            pass  # whether it was stopped is read from the rows, by the report
        with transaction():
            Planted.objects.create(programme_id=world.programme_id, kind="insider_approval", subject=claim_id,
                                   way=str(who.user_id))


def race(world: World, at: datetime) -> None:
    """Both claims of a contract are approved at the same moment."""
    with ThreadPoolExecutor(2) as two:
        for contract in _racers(world):
            claims = Claim.objects.filter(contract_id=contract, state="verified").order_by("month").values_list("id", flat=True)
            for done in [two.submit(_approve, world.officers["second_finance"], at, one) for one in claims]:
                done.result()
            with transaction():
                Planted.objects.create(programme_id=world.programme_id, kind="cap_race", subject=contract)


def _approve(officer: Actor, at: datetime, claim_id: UUID) -> None:
    try:
        with transaction(), frozen(at):
            payouts.approve_claim(actor=officer, at=at, claim_id=claim_id)
    except (Refusal, DatabaseError):
        pass
    finally:
        connection.close()  # the thread's own


def _racers(world: World) -> list[UUID]:
    return [contract for contract, _ in world.collectors[COLLECTORS:]]
