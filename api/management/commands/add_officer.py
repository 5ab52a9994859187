"""The first officer of a new installation, and every later one: a telephone number and a role at the operator."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.accounts.operations import add_officer
from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import HOUSE
from collection.kernel.db import now, transaction
from collection.kernel.refusals import Refusal


class Command(BaseCommand):
    help = "Give a person a role at the programme's operator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("phone", help="E.164, +77011234567")
        parser.add_argument("role", choices=STAFF_ROLES)
        parser.add_argument("--name", default="")
        parser.add_argument("--operator-bin", default="", help="BIN of the operator; needed for the first officer")
        parser.add_argument("--operator-name", default="")

    def handle(self, *args: Any, phone: str, role: str, name: str, operator_bin: str, operator_name: str, **options: Any) -> None:
        try:
            with transaction():
                add_officer(actor=HOUSE, at=now(), phone=phone, role=role, name=name, operator_bin=operator_bin,
                            operator_name=operator_name)
        except Refusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal.words.en}") from None
        self.stdout.write(f"{phone} is now {role}; signing in works with a one-time code.")
