"""The schema is made from what the views do, without a warning, and is the one that was committed."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from api.http.docs import schema
from api.http.schema import HouseSchema

COMMITTED = Path(__file__).parents[3] / "api" / "v1" / "openapi.yaml"


@pytest.fixture(autouse=True)
def house_urls(settings, probe_urls):
    settings.ROOT_URLCONF = "api.urls"


def test_it_is_valid_without_a_warning_and_as_committed():
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    assert COMMITTED.exists() and yaml.safe_load(out.getvalue()) == yaml.safe_load(COMMITTED.read_text()), (
        "The API changed: run `python manage.py spectacular --validate --fail-on-warn --file api/v1/openapi.yaml` "
        "and say in CHANGELOG.md what clients see."
    )


#: POSTs that ask something too long for a query string and do nothing, and the queue, whose operations have keys of their own.
QUESTIONS = {"checkPickup", "simulateTariffs", "tryPickup", "sendOperations"}


def test_operations_are_named_once_and_every_post_needs_a_key():
    operations = [(path, method, one) for path, methods in schema()["paths"].items() for method, one in methods.items()]
    names = [one["operationId"] for _, _, one in operations]
    assert len(set(names)) == len(names)
    for path, method, one in operations:
        headers = {parameter["name"] for parameter in one.get("parameters", []) if parameter["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (method == "post" and one["operationId"] not in QUESTIONS), path
        assert "default" in one["responses"]
        if "requestBody" in one and not path.endswith(("/content", "/bank-file", "/import")):  # a photo, a bank's answer, CSV
            assert list(one["requestBody"]["content"]) == ["application/json"]


def test_forms_are_closed_and_problems_described():
    components = schema()["components"]["schemas"]
    assert all(one["additionalProperties"] is False for name, one in components.items() if name.endswith("FormRequest"))
    assert components["LoginFormRequest"]["properties"]["code"]["pattern"] == "^(?:[0-9]{6})$"
    assert set(components["Problem"]["required"]) >= {"type", "title", "status", "code", "errors", "trace_id"}


@pytest.mark.parametrize(("action", "paged", "name"), [
    ("pickup.submit", False, "submitPickup"), ("pickup.read", True, "listPickups"),
    ("pickup.read", False, "readPickup"),
    ("bank_result.record", False, "recordBankResult"), ("facility.read", True, "listFacilities"),
])
def test_operation_ids_are_said_like_sentences(action, paged, name):
    view = type("V", (), {"actions": {"GET": action}, "operation_ids": {}})()
    one = HouseSchema()
    one.view, one.method = view, "GET"
    one.is_paged = lambda: paged
    assert one.get_operation_id() == name
