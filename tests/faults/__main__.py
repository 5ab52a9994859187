"""`python -m tests.faults [F1 F2 ...] [--all] [--seed N]`: the faults, one after another, over a house of their own.

Without names the smoke set. Prints a line for each and writes `.local/faults.json`; exits 1 when one was not survived.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from api.local.processes import ROOT
from tests.faults.estate import Estate, estate


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", metavar="F1")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with estate() as house:
        return play(house, asked, began)


def play(house: Estate, asked: argparse.Namespace, began: float) -> int:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "api.settings", "HOUSE_DB_ROLE": "owner", "OUTBOX_LEASE_S": "4"}
    import django

    django.setup()
    from django.core.management import call_command

    from tests.faults import trial
    from tests.faults.faults import FAULTS
    from tests.faults.history import History
    from tests.faults.town import Town

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    house.open()
    history = History(house.root / "history.jsonl")
    town = Town(house, history, seed=asked.seed)
    chosen = [FAULTS[one] for one in asked.only] or [one for one in FAULTS.values() if asked.all or one.smoke]
    print(f"The house is up after {time.monotonic() - began:.0f} s; {len(chosen)} faults, seed {asked.seed}.", flush=True)
    outcomes = []
    for fault in trial.order(chosen, asked.seed):
        outcome = trial.survive(fault, house, town, history)
        outcomes.append(outcome)
        print(f"{fault.id:<4}{'survived' if outcome.survived else 'BROKEN':<9}{outcome.recovered_s:>6.1f} s to recover  "
              f"{fault.what}: {outcome.saw}", flush=True)
        for one in outcome.wrong[:10]:
            print(f"     {one}", flush=True)
    told = [{"fault": one.fault.id, "what": one.fault.what, "survived": one.survived, "saw": one.saw,
             "recovered_s": round(one.recovered_s, 1), "seconds": round(one.seconds, 1), "operations": one.ops,
             "wrong": one.wrong} for one in outcomes]
    Path(ROOT / ".local" / "faults.json").write_text(json.dumps({"seed": asked.seed, "faults": told}, indent=1) + "\n")
    survived = sum(one.survived for one in outcomes)
    print(f"{survived} of {len(outcomes)} survived; {len(history.ops):,} operations, {town.lives:,} whole lives, "
          f"{len(house.deaths)} processes started again; {time.monotonic() - began:.0f} s", flush=True)
    for one in town.troubles[:10]:
        print(f"     {one}")
    return 0 if survived == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
