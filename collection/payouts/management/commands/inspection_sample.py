"""Draws the loads of a month that inspectors look at."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.contracts.models import Programme
from collection.payouts.queries.sampling import inspection_sample


class Command(BaseCommand):
    help = "Print a month's inspection sample; the same seed and month always give the same loads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", required=True)
        parser.add_argument("--month", required=True, help="YYYY-MM")
        parser.add_argument("--seed", required=True, help="agreed upon before the month's end, and published with the sample")

    def handle(self, *args: Any, programme: str, month: str, seed: str, **options: Any) -> None:
        found = Programme.objects.filter(code=programme).first()
        if found is None:
            raise CommandError(f"There is no programme {programme}.")
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError as error:
            raise CommandError("--month is YYYY-MM.") from error
        for one in inspection_sample(found.pk, first, seed=seed):
            self.stdout.write(f"{one.number} {' '.join(one.flags)}".rstrip())
