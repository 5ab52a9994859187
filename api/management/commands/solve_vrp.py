"""`manage.py solve_vrp INSTANCE`: a published routing instance through the planner that plans our days."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.kernel.refusals import Refusal
from geo.routing import plan
from geo.routing.checker import faults
from geo.routing.published import ROUNDINGS, UnreadableInstance, answer, convention, cost, problem, read


class Command(BaseCommand):
    help = (
        "Plan a CVRP or VRPTW instance (CVRPLIB's VRPLIB text, or Solomon's and Gehring and Homberger's) with the product's "
        "own planner, have the plan checked independently, and print one JSON object on the last line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("instance", metavar="INSTANCE", type=Path)
        parser.add_argument("--seconds", type=float, default=10.0, help="CPU seconds of one thread (10)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--out", metavar="FILE.sol", type=Path, help="write the plan in CVRPLIB's solution format")
        parser.add_argument("--rounding", choices=ROUNDINGS, help=(
            "of distances: nearest integer, dimacs (one decimal, cut off), exact (none in the cost); "
            "by default dimacs where there are time windows, else nearest"))

    def handle(self, *args: Any, instance: Path, seconds: float, seed: int, out: Path | None, rounding: str | None,
               **options: Any) -> None:
        if not 0 < seconds < float("inf") or not 0 <= seed < 1 << 32:
            raise CommandError("--seconds must be above 0, --seed from 0 to 4294967295.", returncode=2)
        try:
            found = read(instance.read_text(encoding="utf-8", errors="replace"))
            how = rounding or convention(found)
            asked = problem(found, how)
            solved = plan(asked, seconds=seconds, seed=seed)
        except OSError as error:
            raise CommandError(f"Cannot read {instance}: {error.strerror}", returncode=2) from None
        except UnreadableInstance as error:
            raise CommandError(f"Cannot read {instance}: {error}", returncode=2) from None
        except Refusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal.words.en} {refusal.fields}", returncode=2) from None
        if wrong := faults(asked, solved):
            raise CommandError("The checker refuses the plan: " + "; ".join(wrong[:5]))
        for one in solved.unserved:
            self.stderr.write(f"customer {one.index + 1} is not served: {one.reason}")
        if out:
            try:
                out.write_text(answer(found, solved, how), encoding="utf-8")
            except OSError as error:
                raise CommandError(f"Cannot write {out}: {error.strerror}", returncode=2) from None
        self.stdout.write(json.dumps({
            "cost": cost(found, solved, how), "routes": len(solved.routes), "feasible": solved.feasible,
            "cpu_seconds": round(solved.cpu_seconds, 3)}))
