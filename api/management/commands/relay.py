"""`manage.py relay`: hands due outbox rows to Celery until SIGTERM or Ctrl-C; what it has leased is posted first.

It lives at the door because the Celery application does; the loop itself is notifications.relay.
"""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api.celery import app
from notifications.relay import REDIS_IS_AWAY, Relay


class Command(BaseCommand):
    help = "Hand due outbox rows to Celery, until SIGTERM."
    requires_system_checks: list[str] = []  # the web has made them; a relay starts in half the time without

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_eviction()
        relay = Relay(app)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stop.set())
        relay.run()


def refuse_eviction() -> None:
    """A queue whose Redis may evict keys loses its bindings and its messages in silence (celery/kombu#113): not with us.

    A Redis that is away, or that does not tell, is no reason to stay away.
    """
    try:
        with app.connection_for_write() as broker:
            policy = broker.default_channel.client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except REDIS_IS_AWAY:
        return
    if policy != "noeviction":
        raise CommandError(f"Redis has maxmemory-policy {policy}: it may throw messages away. Set noeviction.", returncode=2)
