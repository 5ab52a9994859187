"""A guard that never barks guards nothing: each arrow is broken on purpose in a copy of the tree, and must be named."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collection.kernel.db import execute
from tests.architecture import clients, history, tools, writers
from tests.architecture.test_network import opened_by_themselves

Plant = Callable[..., None]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product, without its data, and what guards it."""
    tree = tmp_path_factory.mktemp("tree")
    leave = shutil.ignore_patterns("__pycache__", "data", "static", "*.yaml")
    for package in (*tools.PRODUCT, "tests/architecture"):
        shutil.copytree(tools.ROOT / package, tree / package, ignore=leave)
    for file in ("pyproject.toml", "manage.py"):
        shutil.copy(tools.ROOT / file, tree)
    return tree


@pytest.fixture
def plant(copy: Path) -> Iterator[Plant]:
    """`plant("geo/regions.py", "import x")` adds a line to a file, or makes the file; all is as before afterwards."""
    before: dict[Path, str | None] = {}

    def plant(path: str, text: str) -> None:
        file = copy / path
        now = file.read_text() if file.exists() else None
        before.setdefault(file, now)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{now or ''}\n{text}\n")

    yield plant
    for file, text in before.items():
        if text is not None:
            file.write_text(text)
        else:
            file.unlink()
            if not any(file.parent.iterdir()):
                file.parent.rmdir()


def test_the_copy_is_sound(copy):
    for sound, said in (tools.layers(copy), tools.run(copy, "python", "-m", "tests.architecture.uphill"),
                        tools.names(copy, "--select", "TID251")):
        assert sound, said
    assert writers.strangers(copy) == clients.rash(copy) == []


# contract, file, what is planted there, what must be said
IMPORTS = [
    ("A1", "notifications/inbox.py", "from geo import regions", "notifications.inbox -> geo.regions"),
    ("A1", "geo/regions.py", "from notifications import inbox", "geo.regions -> notifications.inbox"),
    ("A1", "geo/regions.py", "from collection.waste import queries", "geo.regions -> collection.waste.queries"),
    ("A1", "notifications/inbox.py", "from collection.accounts import models", "-> collection.accounts.models"),
    ("A1", "collection/waste/queries.py", "import api.settings", "collection.waste.queries -> api.settings"),
    ("A1-kernel", "collection/kernel/mass.py", "from geo import models", "collection.kernel.mass -> geo.models"),
    ("A2", "collection/pickups/queries.py", "import collection.dispatch.states", "-> collection.dispatch.states"),
    ("A2", "collection/waste/queries.py", "def f():\n    from collection.registry import models", "collection.registry.models"),
    ("A2", "collection/kernel/mass.py", "import collection.audit.models", "collection.kernel.mass -> collection.audit"),
    ("A2", "collection/sorting/__init__.py", "", "sorting"),
    ("A3", "collection/dispatch/steps.py", "from . import operations", "steps -> collection.dispatch.operations"),
    ("A3", "collection/contracts/models.py", "from . import queries", "models -> collection.contracts.queries"),
    ("A3", "collection/pickups/states.py", "from . import models", "states -> collection.pickups.models"),
    ("A3", "collection/dispatch/operations/waves.py", "from collection.dispatch import tasks", "-> collection.dispatch.tasks"),
    ("A3", "collection/dispatch/helpers.py", "", "helpers"),
    ("A3-kernel", "collection/kernel/money.py", "from . import db", "collection.kernel.money -> collection.kernel.db"),
    ("A5", "api/v1/places/views.py", "from collection.waste import models", "-> collection.waste.models"),
    ("A5", "api/v1/auth/views.py", "from collection.accounts import steps", "-> collection.accounts.steps"),
    ("A5", "api/http/views.py", "from collection.contracts import rules", "-> collection.contracts.rules"),
    ("A5", "api/management/commands/locate.py", "from collection.dispatch import tasks", "-> collection.dispatch.tasks"),
    ("A6", "collection/dispatch/matching.py", "from django.utils import timezone", "collection.dispatch.matching -> django"),
    ("A6", "collection/contracts/rules.py", "from collection.kernel.db import now", "collection.kernel.db -> django"),
    ("A6", "collection/pickups/states.py", "import api.settings", "collection.pickups.states -> api.settings"),
    ("A6", "collection/kernel/calendar.py", "import time", "collection.kernel.calendar -> time"),
    ("A7-drf", "collection/waste/queries.py", "import rest_framework", "collection.waste.queries -> rest_framework"),
    ("A7-celery", "collection/dispatch/operations/waves.py", "import celery", "operations.waves -> celery"),
    ("A7-celery", "api/v1/auth/views.py", "from celery import current_app", "api.v1.auth.views -> celery"),
    ("A7-firebase", "notifications/devices.py", "import firebase_admin", "notifications.devices -> firebase_admin"),
    ("A7-geopy", "collection/registry/queries.py", "import geopy.distance", "collection.registry.queries -> geopy"),
    ("A11-demo", "api/v1/places/views.py", "from collection.demo import plan", "api.v1.places.views -> collection.demo.plan"),
    ("A11-tests", "geo/regions.py", "from tests import conftest", "geo.regions -> tests"),
    ("manners", "collection/dispatch/operations/waves.py", "from collection.registry import operations",
     "collection.dispatch.operations.waves -> collection.registry.operations"),
]


@pytest.mark.parametrize("contract", sorted({contract for contract, *_ in IMPORTS}))
def test_import_linter_names(copy, plant, contract):
    planted = [arrow for arrow in IMPORTS if arrow[0] == contract]
    for _, path, text, _ in planted:
        plant(path, text)
    kept, said = tools.layers(copy, contract)
    assert not kept and [expected for *_, expected in planted if expected not in said] == [], said


def test_every_contract_is_broken_once():
    assert {contract for contract, *_ in IMPORTS} == set(tools.contracts())


WAREHOUSE = 'class Warehouse(models.Model):\n    job = models.ForeignKey("dispatch.Job", models.PROTECT)'
LATE = 'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [("{}", "{}")]'


def test_a4_names_keys_and_migrations(copy, plant):
    plant("collection/waste/models.py", WAREHOUSE)
    plant("geo/models.py", WAREHOUSE.replace("dispatch.Job", "waste.Category"))
    plant("collection/waste/migrations/0099_late.py", LATE.format("dispatch", "0001_initial"))
    plant("geo/migrations/0099_late.py", LATE.format("notifications", "0001_initial"))
    kept, said = tools.run(copy, "python", "-m", "tests.architecture.uphill")
    assert not kept and sorted(said.splitlines()) == [
        "geo.0099_late -> notifications.0001_initial", "geo.Warehouse.job -> waste.Category",
        "waste.0099_late -> dispatch.0001_initial", "waste.Warehouse.job -> dispatch.Job",
    ]


@pytest.mark.parametrize(("path", "text", "expected"), [
    ("collection/payouts/queries.py", 'SQL = "INSERT INTO payouts_ledgerentry (id) VALUES (1)"', "payouts_ledgerentry"),
    ("collection/payouts/tasks.py", "LedgerTransaction.objects.create(what='x')", "payouts_ledgertransaction"),
    ("collection/demo/money.py", "upsert(models.LedgerEntry, [], [])", "payouts_ledgerentry"),
    ("collection/payouts/steps.py", "LedgerEntry.objects.filter(pk=1).update(amount_tiyn=0)", "payouts_ledgerentry"),
    ("collection/dispatch/steps.py", "OutboxRow(channel='push').save()", "notifications_outboxrow"),
    ("notifications/relay.py", 'X = f"insert into notifications_outboxrow ({X}) values (1)"', "notifications_outboxrow"),
    ("collection/payouts/ledger.py", 'X = "UPDATE payouts_ledgerentry SET amount_tiyn = 1"', "payouts_ledgerentry"),
    ("collection/accounts/steps.py", 'X = """\n    DELETE FROM audit_auditline"""', "audit_auditline"),
])
def test_a8_names_who_writes_what_is_not_theirs(copy, plant, path, text, expected):
    plant(path, text)
    found = writers.strangers(copy)
    assert found and all(line.startswith(path) and line.endswith(expected) for line in found)


@pytest.mark.django_db
@pytest.mark.parametrize(("loosened", "expected"), [
    ("DROP TRIGGER audit_is_history ON audit_auditline", "no trigger refuses UPDATE of audit_auditline"),
    ("ALTER TABLE payouts_ledgerentry DISABLE TRIGGER posted", "no trigger refuses DELETE of payouts_ledgerentry"),
    ("GRANT UPDATE ON custody_fact TO house_app", "house_app may UPDATE custody_fact"),
    ("GRANT ALL ON ALL TABLES IN SCHEMA public TO house_app", "house_app may DELETE payouts_claim"),
])
def test_a8_names_loosened_history(loosened, expected):
    execute(loosened)
    assert expected in history.unguarded()


@pytest.mark.parametrize("text", [
    "from django.db.models.signals import post_save", "from django.dispatch import receiver",
    "from django.db import transaction\n\ntransaction.atomic()", "from django.db.transaction import atomic as together",
    "from django.db import transaction\n\ntransaction.on_commit(print)", "import time\n\ntime.sleep(1)",
    "from django.utils import timezone\n\ntimezone.now()", "import datetime\n\ndatetime.datetime.now(datetime.UTC)",
    "from datetime import datetime\n\ndatetime.utcnow()", "import datetime as d\n\nd.date.today()", "from time import time",
])
@pytest.mark.parametrize("path", ["collection/dispatch/steps.py", "geo/regions.py"])
def test_a9_names_what_is_banned(copy, plant, path, text):
    plant(path, text)
    clean, said = tools.names(copy, "--select", "TID251", path)
    assert not clean and path in said and ("A9" in said or "A10" in said)


def test_a9_sees_atomic_requests(settings):
    databases = {"default": settings.DATABASES["default"] | {"ATOMIC_REQUESTS": True}}
    assert opened_by_themselves(databases) == ["default"]


PAGER = '"""A pager."""\nimport httpx\n\n\ndef send(message):\n    """Page."""\n    httpx.post("http://pager", json=message)'


@pytest.mark.parametrize(("path", "text", "expected"), [
    ("notifications/channels/pager.py", PAGER, "send does not call outside_transaction() first"),
    ("geo/geocoding/photon.py", PAGER.replace("import httpx", "from urllib import request"), "send does not call"),
    ("geo/routing/vroom.py", "import requests\n\n\nclass Vroom:\n    def matrix(self):\n        pass", "matrix does not call"),
    ("collection/dispatch/steps.py", "def route():\n    import httpx", "collection/dispatch/steps.py speaks to the network"),
])
def test_a10_names_clients_that_do_not_ask(copy, plant, path, text, expected):
    plant(path, text)
    assert any(line.startswith(path) and expected in line for line in clients.rash(copy))
