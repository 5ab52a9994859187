"""Close a month for a whole programme: what finance does on the first working day, from a terminal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.contracts.queries import programme_ids
from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now
from collection.kernel.money import tenge_text
from collection.kernel.refusals import Refusal
from collection.payouts.operations import accrue, close_month


class Command(BaseCommand):
    help = ("Rate what is sealed, then close MONTH for all contracts of PROGRAMME: draft claims and statements. What comes "
            "later is the next month's.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", metavar="PROGRAMME", help="the programme's code")
        parser.add_argument("month", metavar="MONTH", help="YYYY-MM; it must be over in Almaty")

    def handle(self, *args: Any, programme: str, month: str, **options: Any) -> None:
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            raise CommandError(f"{month} is not a month; write YYYY-MM.") from None
        known = programme_ids([programme])
        if programme not in known:
            raise CommandError(f"There is no programme {programme}.")
        try:
            in_transaction(lambda: accrue(actor=HOUSE, at=now(), programme_id=known[programme]))
            done = in_transaction(lambda: close_month(actor=HOUSE, at=now(), programme=programme, month=first))
        except Refusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal.words.en} {refusal.fields or ''}".strip()) from None
        self.stdout.write(f"{programme} {month} closed: {done.claims} claims of {tenge_text(done.amount_tiyn)} KZT, "
                          f"{done.statements} statements")
