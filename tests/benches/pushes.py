"""Offers to a thousand devices through the whole house (outbox, relay, Celery, FCM over HTTP), beside devices that FCM
answers for only after twenty seconds, and a webhook whose receiver hangs. The house is told within five seconds.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import httpx

from api.local.processes import running
from collection.kernel.db import execute, transaction
from collection.kernel.ids import uuid7
from collection.kernel.words import Words
from notifications import devices, outbox, webhooks
from tests import database
from tests.benches.databases import Databases
from tests.benches.measure import figure, say
from tests.notifications.receiver import Receiver

DEVICES, SLOW = 1000, 5
WORDS = Words("Жаңа ұсыныс", "Новое предложение", "New offer")
ROUNDS = 3


def run(databases: Databases, *, count: int = DEVICES) -> None:
    name = databases.make("pushes")
    stuck = Receiver(lambda line, _: time.sleep(30))
    env = {"HOUSE_DB_ROLE": "owner", "WEBHOOK_ALLOW_INSIDE": "1", "LOG_LEVEL": "WARNING"}
    with TemporaryDirectory() as logs, database.connected_to(name), \
            running(env, with_fcm=True, database=name, redis_db=3, logs=Path(logs)) as house:
        assert house.fcm_url
        beside = f"beside {SLOW} devices FCM answers slowly for, and a webhook that hangs"
        for case, slow, hooks in (("alone", 0, 0), (beside, SLOW, 20)):
            best = []
            for turn in range(ROUNDS + 1):
                spent = one_round(house.fcm_url, count, slow, hooks and stuck.url, hooks)
                say(f"  {case}, round {turn}: {spent:.2f} s")
                best += [spent] if turn else []  # the first finds nothing imported
            figure(f"offers to {count} devices, {case}: until the last phone has it", sorted(best)[len(best) // 2], "s")
    stuck.close()
    databases.drop(name)


def one_round(fcm_url: str, count: int, slow: int, hook_url: object, hooks: int) -> float:
    """Seconds from the commit to the last of `count` good devices."""
    httpx.delete(f"{fcm_url}/messages")
    at, batch = datetime.now(UTC), uuid4().hex[:8]
    people = [(uuid7(at), f"{'slow-' if n < slow else 'ok-'}{batch}-{n}") for n in range(count + slow)]
    with transaction():
        execute("DELETE FROM notifications_device")
        for person, address in people:
            devices.put_device(recipient_id=person, installation_id=uuid7(at), kind="token", value=address, platform="android",
                               language="kk", at=at)
    with transaction():
        if hooks:
            organisation: UUID = uuid4()
            webhooks.add(organisation_id=organisation, owner_id=uuid4(), url=str(hook_url), events=["offer.changed"], at=at)
            for _ in range(hooks):
                execute("SELECT kernel_follow('offer', %s, %s::uuid[])", [uuid4(), [organisation]])
        outbox.put([outbox.Notice(person, "offer.new", WORDS, WORDS, "offer", uuid7(at), at + timedelta(minutes=15))
                    for person, _ in people], at=at)
    began, committed_at = time.perf_counter(), time.time()
    while time.perf_counter() - began < 60:
        got = httpx.get(f"{fcm_url}/messages").json()["messages"]
        good = [one for one in got if one["address"].startswith(f"ok-{batch}")]
        if len(good) >= count:
            assert len({one["address"] for one in good}) == len(good) == count, "a phone was told twice"
            return max(one["at"] for one in good) - committed_at
        time.sleep(0.1)
    raise AssertionError(f"only {len(good)} of {count} phones heard of their offer in a minute")
