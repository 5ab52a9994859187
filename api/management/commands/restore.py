"""`manage.py restore DIR --into DATA [--until 2026-11-23T09:00:00+05:00]`: a data directory as it was at that moment."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from api import backups

AFTERWARDS = """\
Start PostgreSQL on it (as its own user: chown -R postgres {into}), point DATABASE_URL at it, then:
    manage.py doctor
    manage.py check_invariants
    manage.py verify_audit --anchors {anchors}    what is missing since the copy of the anchors is named
Phones repeat what they have and the house lacks, by the same keys; `GET /sync` tells them to read everything anew (410)."""


class Command(BaseCommand):
    help = "Make DATA a data directory of PostgreSQL that recovers to a moment. Touches no running server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--into", type=Path, required=True)
        parser.add_argument("--until", type=datetime.fromisoformat, help="with its offset; none: to the end of the log")

    def handle(self, *args: Any, directory: Path, into: Path, until: datetime | None, **options: Any) -> None:
        if until is not None and until.tzinfo is None:
            raise CommandError("--until needs its offset: 2026-11-23T09:00:00+05:00", returncode=2)
        try:
            base = backups.restore(directory, into, until=until)
        except backups.BackupFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{into} begins with {base.name} and recovers {f'to {until.isoformat()}' if until else 'to the end'}.")
        self.stdout.write(AFTERWARDS.format(into=into, anchors=directory / "anchors.jsonl"))
