"""Is the money still what the facts and the dated tariffs say? Priced again, to the tiyn."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.contracts.queries import programmes
from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now
from collection.payouts.operations import accrue
from collection.payouts.queries import Difference, recompute_check

#: So many differences are named; the number of all of them is always told.
NAMED = 50


class Command(BaseCommand):
    help = ("Rate every sealed fact that is not rated yet, then price all of them again and compare every line, claim and "
            "ledger entry. Exits 1 on any difference.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing: only price again and compare")
        parser.add_argument("--programme", metavar="CODE", help="only this programme")

    def handle(self, *args: Any, check: bool, programme: str | None, **options: Any) -> None:
        known = {one.code: one.id for one in programmes()}
        if programme is not None and programme not in known:
            raise CommandError(f"There is no programme {programme}.")
        chosen = list(known.values()) if programme is None else [known[programme]]
        for one in [] if check else chosen:
            in_transaction(lambda one=one: accrue(actor=HOUSE, at=now(), programme_id=one))  # type: ignore[misc]
        done = recompute_check(known[programme] if programme else None)
        for difference in done.differences[:NAMED]:
            self.stdout.write(told(difference))
        self.stdout.write(f"facts: {done.facts}, not yet rated: {done.waiting}, claims: {done.claims}")
        self.stdout.write(f"lines: {done.lines}, differences: {len(done.differences)}")
        if done.differences:
            raise CommandError(f"{len(done.differences)} differences", returncode=1)


def told(one: Difference) -> str:
    """`line of fact 7, transport: amount_tiyn 101, should be 100`: only what differs."""
    if one.found is None:
        return f"{one.what}: missing, should be {one.expected}"
    if one.expected is None:
        return f"{one.what}: should not be, is {one.found}"
    wrong = [f"{name} {value}, should be {one.expected[name]}" for name, value in one.found.items()
             if value != one.expected[name]]
    return f"{one.what}: {'; '.join(wrong)}"
