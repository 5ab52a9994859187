"""Builds the published programme, and the live one beside it, through the operations."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from collection.accounts.models import Organisation
from collection.demo.fingerprint import fingerprint
from collection.demo.models import Replay
from collection.demo.replay import replay
from collection.kernel.db import now, transaction


class Command(BaseCommand):
    help = "Replay the published programme into an empty database; an unchanged replay is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7)

    def handle(self, *args: Any, seed: int, **options: Any) -> None:
        mark = fingerprint(seed)
        if Replay.objects.filter(pk=mark).exists():
            self.stdout.write("The replayed programme is current and is kept.")
            return
        if Organisation.objects.exists():
            raise CommandError("The database is not empty. Run `manage.py wipe_programme` first (make demo does).")
        started = time.monotonic()
        with tqdm(desc="Replaying the programme", unit="event", mininterval=1, dynamic_ncols=True) as bar:
            built = replay(seed=seed, tell=lambda done, of, what: _show(bar, done, of, what))
        with transaction():
            Replay.objects.create(fingerprint=mark, seed=seed, built=built, finished_at=now())
        self.stdout.write(f"Replayed in {time.monotonic() - started:.0f} s: " + ", ".join(
            f"{count:,} {what}" for what, count in built.items()))


def _show(bar: Any, done: int, of: int, what: str) -> None:
    bar.total = of
    bar.set_postfix_str(what, refresh=False)
    bar.update(done - bar.n)
