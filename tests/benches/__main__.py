"""`python -m tests.benches [NAME ...]`: one JSON object per line on standard output, progress on standard error.

Everything happens in databases of its own (`house_bench_*`) on the private services, and is dropped at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "api.settings"
os.environ["HOUSE_DB_ROLE"] = "owner"
os.environ["MESSAGE_LOG"] = ""

import django

django.setup()

from tests.benches import (  # noqa: E402
    assignment,
    candidates,
    money,
    places,
    policies,
    pushes,
    racing,
    reference,
    routing,
    statistics,
    writes,
)
from tests.benches.databases import AnotherBenchRuns, databases  # noqa: E402
from tests.benches.measure import say  # noqa: E402

BENCHES: dict[str, Any] = {
    "reference": reference.run, "places": places.run, "writes": writes.run, "statistics": statistics.run,
    "candidates": candidates.run, "routing": routing.run, "assignment": assignment.run, "policies": policies.run,
    "racing": racing.run, "money": money.run, "pushes": pushes.run,
}
#: What `--full` adds.
FULL: dict[str, dict[str, Any]] = {
    "statistics": {"sizes": (10**5, 10**6, 10**7)},
    "routing": {"seconds": 30.0}, "assignment": {"contracts": 10},
    "policies": {"requests": 300, "seeds": (1, 2, 3)}, "racing": {"batches": racing.A_MILLION}, "money": {"times": (1, 10, 100)},
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benches", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(BENCHES)}; all by default")
    parser.add_argument("--full", action="store_true",
                        help="10,000,000 weighings, routing with 30 CPU s, a million racing accepts (hours)")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(BENCHES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    started = time.monotonic()
    try:
        with databases() as made:
            for name in asked.names or BENCHES:
                BENCHES[name](made, **(FULL.get(name, {}) if asked.full else {}))
    except AnotherBenchRuns as refusal:
        say(str(refusal))
        return 1
    say(f"done in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
