"""`manage.py import_programme DIR --programme CODE`: take over a running programme from CSV files (docs/taking-over.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from api.importing.taking import Rejected, take_over
from collection.contracts import queries
from collection.kernel.db import in_transaction, now
from collection.kernel.refusals import NotFound


class Command(BaseCommand):
    help = "Take over contractors, contracts, generators, open loads and paid months from CSV files: all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--programme", required=True, help="the code of a programme that exists")
        parser.add_argument("--json", action="store_true", help="errors as one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        if not directory.is_dir():
            raise CommandError(f"{directory} is not a directory.", returncode=2)
        try:
            queries.programme_by_code(options["programme"])
        except NotFound as error:
            raise CommandError(f"There is no programme {options['programme']}.", returncode=2) from error
        try:
            counts = in_transaction(lambda: take_over(directory, at=now(), programme=options["programme"]))
        except Rejected as rejected:
            for one in rejected.wrong:
                self.stdout.write(
                    json.dumps({name: getattr(one, name) for name in ("file", "line", "column", "code", "detail")},
                               ensure_ascii=False)
                    if options["json"] else
                    f"{one.file}:{one.line}: {one.column + ': ' if one.column else ''}{one.code}"
                    f"{' (' + one.detail + ')' if one.detail else ''}")
            raise CommandError(f"{len(rejected.wrong)} errors; nothing was written.", returncode=1) from rejected
        for name, count in counts.items():
            self.stdout.write(f"{count:>8,} {name}")
        self.stdout.write("Taken over." if counts else "Nothing new.")
