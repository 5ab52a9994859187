"""The evidence pack of one request or load, into a file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.kernel.refusals import NotFound
from collection.payouts.queries import evidence_of_load, evidence_of_pickup


class Command(BaseCommand):
    help = "Write everything known of a request (or of a load) into a zip with a manifest of hashes; prints its SHA-256."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--pickup", type=UUID, metavar="ID")
        what.add_argument("--load", type=UUID, metavar="ID")
        parser.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="where to (default: here)")

    def handle(self, *args: Any, pickup: UUID | None, load: UUID | None, to: Path, **options: Any) -> None:
        try:
            evidence = evidence_of_pickup(pickup) if pickup else evidence_of_load(load)  # type: ignore[arg-type]
        except NotFound:
            raise CommandError(f"There is nothing with the id {pickup or load}.") from None
        pack, path = evidence.packed(), to / f"{evidence.name}.zip"
        with pack.file as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        self.stdout.write(f"{path}: SHA-256 of the manifest {pack.manifest_sha256}")
