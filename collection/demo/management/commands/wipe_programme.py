"""Empties every table but the reference data, as the owner, so that the replay can be built anew."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from collection.demo.fingerprint import fingerprint
from collection.demo.models import Replay
from collection.kernel.db import transaction

#: Real data, loaded by load_reference, which a replay does not touch.
KEPT = {"geo", "waste"}


class Command(BaseCommand):
    help = "Empty the database but for reference data, unless the replay in it is current."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--fresh", action="store_true", help="even if it is current")

    def handle(self, *args: Any, seed: int, fresh: bool, **options: Any) -> None:
        if not settings.HOUSE_CLOCK_MAY_STOP:
            raise CommandError("This is a production house (HOUSE_CLOCK_MAY_STOP is off): nothing is emptied here.")
        if not fresh and Replay.objects.filter(pk=fingerprint(seed)).exists():
            return
        tables = [
            model._meta.db_table for model in apps.get_models()
            if model._meta.managed and model._meta.app_label not in KEPT
            and model.__module__.split(".")[0] in ("collection", "notifications", "api")
        ]
        with transaction(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE " + ", ".join(connection.ops.quote_name(table) for table in tables) + " RESTART IDENTITY")
            for sequence in ("pickup_number", "consignment_number", "batch_number", "claim_number", "register_number"):
                cursor.execute(f"ALTER SEQUENCE {sequence} RESTART")
        self.stdout.write("The old programme is gone; the new one can be built.")
