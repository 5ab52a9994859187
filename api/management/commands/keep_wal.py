"""`manage.py keep_wal DIR`: stream the write-ahead log into DIR/wal until stopped, so that any moment can be restored."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from api import backups


class Command(BaseCommand):
    help = "Stream the write-ahead log into DIR/wal (pg_receivewal), until SIGTERM. It comes back by itself after a restart."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        try:
            command = backups.stream_command(directory)
        except backups.BackupFailed as error:
            raise CommandError(str(error)) from error
        os.execve(command[0], command, backups.libpq(connection.get_connection_params()))
