"""One simulation from its numbers to its measures, in the database Django points at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from collection.kernel.clock import frozen
from collection.kernel.db import execute, transaction

from .drive import Drive
from .measure import measured
from .stage import build, neighbours, towns
from .world import make_world


def simulate(*, policy: str, requests: int, contracts: int, load: float, seed: int,
             tell: Callable[[int], None] = lambda done: None) -> dict[str, Any]:
    """Build the world by operations, let it run on a stopped clock, and measure. The database should be empty of people."""
    world = make_world(seed=seed, requests=requests, contracts=contracts, load=load, towns=towns(), neighbours=neighbours())
    at = world.requests[0].at - timedelta(days=1)
    with transaction(), frozen(at):
        stage = build(world, policy=policy, at=at)
        execute("ANALYZE")
    drive = Drive(world, stage, policy)
    drive.run(tell)
    return measured(drive) | {"load": load}
