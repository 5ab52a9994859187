"""`manage.py load_reference`: regions, KATO, places, population, waste codes. Idempotent; one transaction."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from collection.kernel.bulk import Upserted
from collection.kernel.db import in_transaction
from collection.waste import operations as waste
from geo import reference


class Command(BaseCommand):
    help = "Load the reference data into the database. Run it again at any time: rows that are right are left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        quiet = options["verbosity"] == 0
        started = time.monotonic()
        done: dict[str, Upserted] = {}

        def load() -> None:
            done.clear()
            total = len(reference.TABLES) + len(waste.TABLES)
            with tqdm(total=total, unit="table", desc="reference data", disable=quiet) as bar:
                def progress(name: str, outcome: Upserted) -> None:
                    done[name] = outcome
                    bar.set_postfix_str(name, refresh=False)
                    bar.update()

                reference.load(progress)
                waste.load_waste_reference(progress)

        try:
            in_transaction(load)
        except reference.NoPolygon as refusal:
            raise CommandError(f"{refusal}. Nothing was written.") from None
        if quiet:
            return
        for name, outcome in done.items():
            removed = f", {outcome.removed} removed" if outcome.removed else ""
            self.stdout.write(f"{outcome.total:>7,} {name:<20} {outcome.written:>7,} written{removed}")
        self.stdout.write(f"Reference data loaded in {time.monotonic() - started:.1f} s.")
