"""`python -m api.local.pulse NAME`: exit 0 when that application spoke to PostgreSQL in the last minute."""

from __future__ import annotations

import os
import sys

import psycopg

SPOKE = """
SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND state_change > clock_timestamp() - interval '1 minute'
"""


def main(name: str) -> int:
    with psycopg.connect(os.environ["DATABASE_URL"], application_name="house-pulse", connect_timeout=5) as connection:
        return 0 if connection.execute(SPOKE, [name]).fetchone() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
