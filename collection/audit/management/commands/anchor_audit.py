"""`manage.py anchor_audit [--again] [--export FILE [--heads]]`: one hash over the record, to be kept where we cannot write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.audit import queries
from collection.audit.operations import anchor_lines
from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now


class Command(BaseCommand):
    help = "Anchor the audit lines written since the anchor before (beat does it daily), and print the newest anchor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="even if there is one of today")
        parser.add_argument("--export", metavar="FILE", help="write all anchors as JSON lines; - is the standard output")
        parser.add_argument("--heads", action="store_true",
                            help="with the end of every chain, so that a rewritten line can be named (larger)")

    def handle(self, *args: Any, again: bool, export: str | None, heads: bool, **options: Any) -> None:
        in_transaction(lambda: anchor_lines(actor=HOUSE, at=now(), again=again))
        if export == "-":
            for one in queries.exported(heads=heads):
                self.stdout.write(orjson.dumps(one).decode())
            return
        if export:
            try:
                with Path(export).open("wb") as file:
                    file.writelines(orjson.dumps(one) + b"\n" for one in queries.exported(heads=heads))
            except OSError as error:
                raise CommandError(f"Not written: {error}") from error
        self.stdout.write(str(queries.anchors(limit=1)[0]))
