#!/usr/bin/env python
"""The house's command line. Migrations run as the owner of the tables, everything else as `house_app`."""

import os
import sys

OWNER_COMMANDS = {
    "backup", "keep_wal", "simulate_dispatch", "wipe_programme", "migrate", "makemigrations", "sqlmigrate", "showmigrations",
    "flush", "optimizemigration",
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "api.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["HOUSE_DB_ROLE"] = "owner"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
