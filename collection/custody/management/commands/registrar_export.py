"""A month for the level-1 registrar, in the format of docs/registrar.md."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.contracts.queries import programmes
from collection.custody.queries import REGISTRAR_FORMAT, every_record
from collection.kernel.actor import HOUSE
from collection.kernel.db import now


class Command(BaseCommand):
    help = "Write a month's sealed facts for the level-1 registrar as one JSON document (docs/registrar.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", required=True, metavar="CODE")
        parser.add_argument("--month", required=True, metavar="YYYY-MM")
        parser.add_argument("--to", type=Path, metavar="FILE", help="default: standard output")

    def handle(self, *args: Any, programme: str, month: str, to: Path | None, **options: Any) -> None:
        if programme not in {one.code for one in programmes()}:
            raise CommandError(f"There is no programme {programme}.")
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            raise CommandError(f"{month} is not a month: write it as 2026-03.") from None
        found = list(every_record(HOUSE, programme=programme, month=first))
        totals: Counter[str] = Counter({"collected": 0, "received": 0, "recycled": 0})
        for one in found:
            totals[one.measure] += one.grams
        written = orjson.dumps(
            {"format": REGISTRAR_FORMAT, "programme": programme, "month": month, "made_at": now(), "totals_g": totals,
             "records": found}, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
        if to is None:
            self.stdout.write(written.decode())
        else:
            to.write_bytes(written)
            self.stdout.write(f"{len(found)} records")
