"""T12: loading all reference data into an empty house."""

from __future__ import annotations

from django.core.management import call_command

from tests.benches.databases import PREFIX, Databases
from tests.benches.measure import figure, interleaved, timed


def run(databases: Databases) -> None:
    def load() -> None:
        name = databases.make("reference", template=f"{PREFIX}_empty")
        with databases.using(name):
            call_command("load_reference", verbosity=0)

    def copy_only() -> None:
        databases.make("reference", template=f"{PREFIX}_empty")

    def again() -> None:
        with databases.using(f"{PREFIX}_reference"):
            call_command("load_reference", verbosity=0)

    found = interleaved({"copy": timed(copy_only), "load": timed(load), "again": timed(again)})
    figure("T12 load reference data into an empty database, with making it", found["load"], "ms", found["copy"])
    figure("T12 load reference data a second time: nothing to write", found["again"], "ms", found["load"])
    databases.drop(f"{PREFIX}_reference")
