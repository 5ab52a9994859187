"""`manage.py rebuild_rollups [--check]`: make the roll-up anew, or say where it differs from the rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.kernel.db import in_transaction, now
from collection.stats import operations

SHOWN = 20


class Command(BaseCommand):
    help = "Rebuild the statistics' roll-up from the rows; with --check only compare, and fail where they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            rolled = in_transaction(lambda: operations.rebuild(at=now()))
            self.stdout.write(f"Rebuilt: {rolled.cells:,} sums.")
        found = operations.check()
        for one in found[:SHOWN]:
            self.stdout.write(f"{one.grain} {one.measure} {one.month:%Y-%m} {one.key}: {one.stored}, is {one.computed}")
        if found:
            raise CommandError(f"{len(found):,} sums differ from their rows.")
        self.stdout.write("No differences.")
