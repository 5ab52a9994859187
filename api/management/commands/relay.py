"""`manage.py relay`: hands due outbox rows to Celery until SIGTERM or Ctrl-C; what it has leased is posted first.

It lives at the door because the Celery application does; the loop itself is notifications.relay.
"""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from api.celery import app
from notifications.relay import Relay


class Command(BaseCommand):
    help = "Hand due outbox rows to Celery, until SIGTERM."
    requires_system_checks: list[str] = []  # the web has made them; a relay starts in half the time without

    def handle(self, *args: Any, **options: Any) -> None:
        relay = Relay(app)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stop.set())
        relay.run()
