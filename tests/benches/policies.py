"""Dispatch policies against each other and against what nobody could beat: the same demand and the same people for each."""

from __future__ import annotations

from statistics import mean

from collection.demo.simulation.run import simulate
from collection.demo.simulation.stage import WAVES
from tests.benches.databases import Databases
from tests.benches.measure import figure, say

LOAD, CONTRACTS = 0.85, 40


def run(databases: Databases, *, requests: int = 100, seeds: tuple[int, ...] = (1,)) -> None:
    found = {policy: [] for policy in WAVES}
    for seed in seeds:
        for policy in WAVES:
            with databases.using(databases.make("policies")):
                found[policy].append(simulate(policy=policy, requests=requests, contracts=CONTRACTS, load=LOAD, seed=seed))
            say(f"  {policy}, seed {seed}: {found[policy][-1]}")
    databases.drop("house_bench_policies")
    what = f"{requests} requests, {CONTRACTS} contracts, load {LOAD}, {len(seeds)} seeds"
    for policy, runs in found.items():
        for bound in ("split", "unsplit"):
            figure(f"dispatch {policy}, {what}: cost over the clairvoyant {bound} bound",
                   sum(one["cost"] for one in runs), "t km", sum(one[f"{bound}_bound"] for one in runs))
        figure(f"dispatch {policy}, {what}: tonne-kilometres over the clairvoyant plan's",
               sum(one["tonne_km"] for one in runs), "t km", sum(one["clairvoyant_plan"] for one in runs))
    figure(f"dispatch waves, {what}: dispatched within ten minutes, against one at a time",
           mean(one["dispatched_10_min"] for one in found["waves"]), "share",
           mean(one["dispatched_10_min"] for one in found["nearest"]))
