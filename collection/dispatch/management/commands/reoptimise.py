"""Plan a programme's waiting loads and unstarted jobs anew, as the hourly run does."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.dispatch.operations import reoptimise
from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now
from collection.kernel.refusals import NotFound


class Command(BaseCommand):
    help = "Re-optimise PROGRAMME: who is asked for waiting loads, and where unstarted ones go. Prints a JSON object."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", metavar="PROGRAMME", help="the programme's code")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would change")

    def handle(self, *args: Any, programme: str, dry_run: bool, **options: Any) -> None:
        try:
            done = in_transaction(lambda: reoptimise(actor=HOUSE, at=now(), programme=programme, dry_run=dry_run))
        except NotFound:
            raise CommandError(f"There is no programme {programme}.") from None
        self.stdout.write(orjson.dumps(done).decode())
