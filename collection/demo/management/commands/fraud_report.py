"""How much planted fraud the rules stop, and how much that is honest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.contracts.models import Programme
from collection.demo.fraud.report import report


class Command(BaseCommand):
    help = "Recall and false-hold rate of the planted programmes, per kind and in all; the last line of --json is a JSON object."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, help="only the programme of this seed; all of them otherwise")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, seed: int | None, json: bool, **options: Any) -> None:
        asked = {"code": f"fraud-{seed}"} if seed is not None else {"code__startswith": "fraud-"}
        programmes = list(Programme.objects.filter(**asked, synthetic=True).values_list("pk", flat=True))
        if not programmes:
            raise CommandError("Nothing was planted. Run `manage.py seed_fraud` first.")
        found = report(programmes)
        for kind, of in found.kinds.items():
            self.stdout.write(f"{kind:18} {of['found']:4} of {of['planted']:4} found, {of['recall']:7.1%}; "
                              f"honest loads stopped by the same rules {of['false_hold_rate']:.2%}")
        self.stdout.write(f"{'in all':18} recall {found.recall:.1%}; {found.honest_held} of {found.honest:,} honest loads held, "
                          f"{found.false_hold_rate:.2%} {found.honest_rules or ''}")
        if json:
            self.stdout.write(orjson.dumps(asdict(found)).decode())
