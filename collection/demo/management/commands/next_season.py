"""Makes the live programme of the demo ready for one more main job."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from collection.demo.live import next_season, season
from collection.demo.people import officer
from collection.kernel.db import now, transaction


class Command(BaseCommand):
    help = "New synthetic contractors for the live programme, if a month was claimed under the present contracts."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction():
            if next_season(now(), manager=officer("manager"), finance=officer("finance")):
                self.stdout.write(f"The live programme has new contractors: season {season().number}.")
