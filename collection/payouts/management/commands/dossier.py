"""The dossier of one company, by its BIN or id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.accounts.queries import organisation_named
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound
from collection.payouts.queries import dossier


class Command(BaseCommand):
    help = "Write down all that is known of a company: contracts, loads, balances, rules hit, money."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("company", help="BIN, IIN or id")
        parser.add_argument("--to", type=Path, metavar="FILE", help="a .json file (default: standard output)")

    def handle(self, *args: Any, company: str, to: Path | None, **options: Any) -> None:
        try:
            found = dossier(HOUSE, organisation_named(company))
        except NotFound:
            raise CommandError(f"There is no company {company}.") from None
        written = orjson.dumps(found.plain(), option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
        if to is None:
            self.stdout.write(written.decode())
        else:
            to.write_bytes(written)
