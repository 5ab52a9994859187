"""`manage.py backup DIR [--keep N]`: a verified base backup, and the audit's anchors beside it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from api import backups
from collection.audit.queries import exported
from collection.kernel.db import rows


class Command(BaseCommand):
    help = "Copy the running database into DIR, whole and verified; run `keep_wal DIR` beside it for every moment in between."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--keep", type=int, default=7, help="so many backups stay (7); older ones and their log go")

    def handle(self, *args: Any, directory: Path, keep: int, **options: Any) -> None:
        if keep < 1:
            raise CommandError("--keep must be 1 or more.", returncode=2)
        started, at = time.monotonic(), rows("SELECT clock_timestamp() AS at")[0]["at"]
        try:
            made = backups.take(directory, connection.get_connection_params(), at=at)
        except backups.BackupFailed as error:
            raise CommandError(str(error)) from error
        fresh = directory / "anchors.new"
        with fresh.open("wb") as file:
            n = sum(1 for one in exported(heads=True) if file.write(orjson.dumps(one) + b"\n"))
        fresh.replace(directory / "anchors.jsonl")
        gone = list(backups.forget(directory, keep=keep))
        size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
        self.stdout.write(f"{made}: {size / (1 << 20):,.0f} MiB, {n:,} anchors, {time.monotonic() - started:.0f} s; "
                          f"{len(gone)} old files and folders removed.")
        if not any((directory / "wal").glob("0*")):
            self.stdout.write(f"No log is kept beside it: run `manage.py keep_wal {directory}` under your supervisor.")
