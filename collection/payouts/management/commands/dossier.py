"""The dossier of one company, by its BIN or id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.accounts.queries import organisation_named
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound
from collection.payouts.queries import dossier, dossier_pdf


class Command(BaseCommand):
    help = "Write down all that is known of a company: contracts, loads, balances, rules hit, money."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("company", help="BIN, IIN or id")
        parser.add_argument("--to", type=Path, metavar="FILE", help="a .json or .pdf file (default: JSON to standard output)")

    def handle(self, *args: Any, company: str, to: Path | None, **options: Any) -> None:
        try:
            company_id = organisation_named(company)
        except NotFound:
            raise CommandError(f"There is no company {company}.") from None
        if to is not None and to.suffix == ".pdf":
            to.write_bytes(dossier_pdf(HOUSE, company_id))
            return
        written = orjson.dumps(dossier(HOUSE, company_id).plain(), option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
        if to is None:
            self.stdout.write(written.decode())
        else:
            to.write_bytes(written)
