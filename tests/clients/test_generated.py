"""The clients that are generated from the schema do a journey against a real web server, in Python and in TypeScript."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.db import connection

from api.http.authentication import access_token
from api.local import clients
from collection.accounts import steps as accounts
from collection.kernel.db import now, transaction
from collection.kernel.ids import uuid7
from collection.pickups.models import Pickup
from tests import cast
from tests.benches.web import serving

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def made() -> dict[str, Path]:
    """Kept under `.local` from one run to the next, as long as the schema is the same."""
    return clients.make(("python", "typescript"))


@pytest.mark.django_db(transaction=True)
def test_python_and_typescript_clients_do_a_journey(made, reference):
    scene = cast.Scene(at=datetime.now(UTC))
    with serving(connection.settings_dict["NAME"]) as port:
        for language, generator in (("python", scene.generator), ("typescript", scene.stranger)):
            form = scene.request(site_id=generator.site_id)
            asked = {"programme": form.programme, "site_id": str(form.site_id), "category": form.category,
                     "declared_g": form.declared_g, "origin": form.origin, "window_from": form.window_from.isoformat(),
                     "window_to": form.window_to.isoformat(), "note": "қоқыс"}
            argv = [f"http://127.0.0.1:{port}", token_of(generator.actor.user_id), json.dumps(asked)]
            if language == "python":
                argv = [str(clients.PYTHON), str(HERE / "journey.py"), *argv]
            else:
                argv = ["node", str(HERE / "journey.mjs"), str(made[language] / "dist" / "index.js"), *argv]
            done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60,
                                  env=os.environ | {"PYTHONPATH": str(made["python"])})
            assert done.returncode == 0, done.stderr
            told = json.loads(done.stdout)
            pickup = Pickup.objects.get(generator=generator.actor.organisation_id)
            assert told == {"id": str(pickup.id), "state": "cancelled", "synced": [str(pickup.id)], "refused": "not_found"}
            assert (pickup.state, pickup.declared_g, pickup.note) == ("cancelled", form.declared_g, "қоқыс")


def token_of(user_id):
    session_id, at = uuid7(now()), now()
    with transaction():
        accounts.open_session(id=session_id, user_id=user_id, device=str(session_id), refresh_hash=session_id.bytes * 2,
                              at=at, expires_at=at + timedelta(days=1))
    return access_token(session_id)[0]


def test_dart_is_spared_only_what_it_has_no_shape_for():
    whole, dart = yaml.safe_load(clients.SCHEMA.read_text()), clients.schema_for("dart")
    spared = {one["operationId"] for path, methods in whole["paths"].items() for method, one in methods.items()
              if method not in dart["paths"][path]}
    assert spared == {"importBankFile", "importContracts", "importTariffs", "importWeighings", "putPhoto"}


def test_a_warning_is_an_error(monkeypatch, tmp_path):
    """Without the names given to it Swift's generator has to rename a model, and says so."""
    monkeypatch.setitem(clients.GENERATORS, "swift", ("swift6", ()))
    clients.install()
    monkeypatch.setattr(clients, "OUT", tmp_path)
    with pytest.raises(clients.Warned, match="reserved word"):
        clients.generated("swift")
