"""A1-A3, A5-A7, A11: import-linter's contracts hold, and no new file can stand outside them."""

from __future__ import annotations

import re

from tests.architecture import tools

DOORS = {"operations", "queries", "states", "rights"}  # what the door may ask a room for


def floors(layer: str) -> set[str]:
    return set(re.findall(r"\w+", layer))


def test_every_contract_is_kept():
    kept, said = tools.layers(tools.ROOT)
    assert kept, said


def test_every_room_is_an_app_and_every_app_a_room(settings):
    installed = [app.removeprefix("collection.") for app in settings.INSTALLED_APPS if app.startswith("collection.")]
    assert installed == tools.rooms()


def test_the_furniture_contract_covers_every_room_but_the_ground_and_the_replay():
    covered = {container.removeprefix("collection.") for container in tools.contracts()["A3"]["containers"]}
    assert covered == set(tools.rooms()) - {"kernel", "demo"}


def test_the_door_is_barred_from_every_piece_of_furniture_but_three():
    furniture = set().union(*map(floors, tools.contracts()["A3"]["layers"]))
    barred = {module.removeprefix("collection.*.") for module in tools.contracts()["A5"]["forbidden_modules"]}
    assert furniture - DOORS <= barred


def test_every_calculation_is_pure():
    layers = tools.contracts()["A3"]["layers"]
    calculations = floors(layers[-2]) | floors(layers[-1]) | floors(tools.contracts()["A3-kernel"]["layers"][-1])
    pure = {module.rpartition(".")[2] for module in tools.contracts()["A6"]["source_modules"]}
    assert calculations - {"lifecycle", "history"} == pure  # those write triggers for migrations
