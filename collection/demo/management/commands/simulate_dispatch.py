"""Try a dispatch policy on made-up demand at real places, through the house's own operations, in a database of its own."""

from __future__ import annotations

import time
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError
from tqdm import tqdm

from collection.demo.simulation.database import throw_away
from collection.demo.simulation.run import simulate
from collection.demo.simulation.stage import WAVES


class Command(BaseCommand):
    help = "Simulate dispatch; the last line is a JSON object. The same seed gives the same demand and people to every policy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--policy", choices=sorted(WAVES), default="rolling")
        parser.add_argument("--requests", type=int, default=300)
        parser.add_argument("--contracts", type=int, default=40)
        parser.add_argument("--load", type=float, default=0.85, help="demand over quotas")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, policy: str, requests: int, contracts: int, load: float, seed: int, **options: Any) -> None:
        wrong = [word for word, bad in (
            ("--requests must be 1 to 5000", not 1 <= requests <= 5000),
            ("--contracts must be 8 to 1000", not 8 <= contracts <= 1000),
            ("--load must be over 0 and at most 10", not 0 < load <= 10)) if bad]
        if wrong:
            raise CommandError("; ".join(wrong))
        started = time.monotonic()
        try:
            with throw_away(), tqdm(desc=f"Simulating {policy}", unit="moment", mininterval=1, dynamic_ncols=True) as bar:
                found = simulate(policy=policy, requests=requests, contracts=contracts, load=load, seed=seed,
                                 tell=lambda done: bar.update())
        except ProgrammingError as error:
            raise CommandError(f"A database for the simulation could not be made: {error}") from error
        self.stdout.write(orjson.dumps(found | {"seconds": round(time.monotonic() - started, 1)}).decode())
