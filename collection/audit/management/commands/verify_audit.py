"""`manage.py verify_audit [--json] [--since DAY] [--anchors FILE]`: has anybody touched the record?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.audit import queries

SHOWN = 50


class Command(BaseCommand):
    help = "Walk the chains of audit lines and the anchors; name each line that is not as it was written; exit 1 if any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the verdict as one JSON object")
        parser.add_argument("--since", type=date.fromisoformat, metavar="DAY",
                            help="only chains and anchors that grew on that day (Asia/Almaty) or later")
        parser.add_argument("--anchors", type=Path, metavar="FILE", help="compare with a copy kept elsewhere")

    def handle(self, *args: Any, since: date | None, anchors: Path | None, **options: Any) -> None:
        started = time.monotonic()
        try:
            verdict = queries.verify(since=since, kept=read(anchors) if anchors else ())
        except (OSError, ValueError) as error:
            raise CommandError(f"The copy cannot be read: {error}", returncode=2) from error
        if options["json"]:
            self.stdout.write(orjson.dumps(asdict(verdict) | {"counts": verdict.counts}).decode())
        else:
            self.stdout.write(
                f"{verdict.lines:,} lines of {verdict.chains:,} objects, {verdict.anchors:,} anchors, "
                f"{verdict.copies:,} kept copies, {time.monotonic() - started:.1f} s.")
            for one in verdict.findings[:SHOWN]:
                whose = f"{one.object_type} {one.object_id}, line" if one.object_id else one.object_type
                self.stdout.write(f"{one.kind}: {whose} {one.seq}" + (f" ({one.detail})" if one.detail else ""))
        if verdict.findings:
            raise CommandError(", ".join(f"{n:,} {kind}" for kind, n in verdict.counts.items())
                               + ("." if verdict.complete else ", and more."))
        if not options["json"]:
            self.stdout.write("Nothing was touched.")


def read(path: Path) -> Iterator[queries.Copy]:
    with path.open("rb") as file:
        yield from queries.copies(file)
