"""`manage.py check_invariants [I5 I6 ...] [--json]`: does everything hold that must always hold?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.watch.invariants import INVARIANTS
from collection.watch.queries import check_invariants


class Command(BaseCommand):
    help = "Look at every invariant, a line for each with its count and its verdict. Changes nothing; exits 1 if one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("only", nargs="*", metavar="I5", help="only these")
        parser.add_argument("--json", action="store_true", help="one JSON object per line")

    def handle(self, *args: Any, only: list[str], json: bool, **options: Any) -> None:
        if unknown := set(only) - {one.id for one in INVARIANTS}:
            raise CommandError(f"There is no invariant {', '.join(sorted(unknown))}.", returncode=2)
        broken = []
        for verdict in check_invariants(only):
            if json:
                self.stdout.write(orjson.dumps(asdict(verdict) | {"holds": verdict.holds}).decode())
            else:
                self.stdout.write(f"{verdict.id:<4} {'holds' if verdict.holds else 'BROKEN':<7} {verdict.checked:>11,} looked at"
                                  f" {verdict.seconds:>7.2f} s  {verdict.title}")
                for one in verdict.broken:
                    more = ", ..." if one.n > len(one.named) else ""
                    self.stdout.write(f"     {one.n:,} break it: {one.says}: {', '.join(one.named)}{more}")
            if not verdict.holds:
                broken.append(verdict.id)
        if broken:
            raise CommandError(f"Broken: {', '.join(broken)}")
