"""Plants labelled fraud into an honest programme of its own."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from collection.contracts.models import Programme
from collection.demo.fraud.seed import code_of, seed_fraud


class Command(BaseCommand):
    help = "Make an honest programme fraud-SEED, as dirty as life, and plant labelled cases of every kind into it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--per-kind", type=int, default=20)

    def handle(self, *args: Any, seed: int, per_kind: int, **options: Any) -> None:
        if not 1 <= per_kind <= 150:
            raise CommandError("--per-kind must be 1 to 150.")
        if Programme.objects.filter(code=code_of(seed)).exists():
            raise CommandError(f"Programme {code_of(seed)} stands already: choose another seed.")
        started = time.monotonic()
        with tqdm(desc="Planting", unit="event", mininterval=1, dynamic_ncols=True) as bar:
            made = seed_fraud(seed=seed, per_kind=per_kind, tell=lambda done, of, what: bar.update(done - bar.n))
        self.stdout.write(f"{code_of(seed)}: {made['loads']:,} loads, {made['planted']:,} planted cases of "
                          f"{made['kinds']} kinds, in {time.monotonic() - started:.0f} s.")
