"""A month for the level-1 registrar: valid by the published schema, whole, and the statistics' own sums."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from collection.accounts.models import Organisation
from collection.custody import operations as custody
from collection.custody.models import Fact
from collection.dispatch.models import Job
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from tests import cast
from tests.api.phone import Phone
from tests.collection.custody.haul import TONNE, two_contracts

pytestmark = pytest.mark.django_db
SCHEMA = json.loads(Path("docs/registrar.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def haul(reference):
    with frozen(cast.AT):
        haul = two_contracts(cast.Scene())
        haul.recycled(cast.AT, [2 * TONNE, 3 * TONNE])
        [corrected] = haul.received(cast.AT, [TONNE])
        custody.correct_receipts(actor=HOUSE, at=cast.AT, corrections=[custody.NewCorrection(corrected, 900_000, "slip")])
        haul.weighed(cast.AT - timedelta(days=40), [TONNE])  # of January
        yield haul


def exported(haul, month="2026-03"):
    out = StringIO()
    call_command("registrar_export", programme=haul.scene.code, month=month, stdout=out)
    return json.loads(out.getvalue())


def test_the_document_is_valid_and_its_sums_are_the_statistics(haul):
    told = exported(haul)
    Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(told)] == []
    assert told["totals_g"] == {"collected": 6 * TONNE, "received": 5_900_000, "recycled": 5 * TONNE}
    back = [one for one in told["records"] if one["grams"] < 0]
    assert [(one["measure"], one["grams"]) for one in back] == [("received", -TONNE)]
    [first] = [one for one in told["records"] if one["record"] == back[0]["reverses"]]
    assert (first["grams"], first["edition"], first["load"]) == (TONNE, 1, back[0]["load"])
    assert len(told["records"]) == Fact.objects.filter(occurred_on__month=3).count() == 10
    assert exported(haul, "2026-01")["totals_g"] == {"collected": TONNE, "received": 0, "recycled": 0}


@pytest.mark.parametrize("spoilt", [
    {"format": "registrar-2"}, {"records": [{}]}, {"month": "2026-13"}, {"totals_g": {"paid": 1}}, {"more": 1}])
def test_the_schema_refuses_what_is_not_the_format(haul, spoilt):
    assert list(Draft202012Validator(SCHEMA).iter_errors(exported(haul) | spoilt))


def test_the_same_records_over_http_page_by_page(haul, sign_in):
    def pages(phone):
        path, found = f"registrar/records?programme={haul.scene.code}&month=2026-03&limit=4", []
        cursor = ""
        while cursor is not None:
            answer = phone.get(path + (f"&cursor={cursor}" if cursor else ""))
            assert answer.status_code == 200, answer.content
            found, cursor = found + answer.json()["items"], answer.json()["next_cursor"]
        return found

    whole = exported(haul)["records"]
    assert pages(sign_in("auditor")) == whole

    def system(role, organisation_id=None):
        admin = sign_in(role, organisation_id)
        made = admin.post("keys", {"name": "ERP", "scopes": ["registrar"],
                                   "expires_at": (cast.AT + timedelta(days=30)).isoformat()})
        assert made.status_code == 201, made.content
        return Phone(token=made.json()["token"])

    assert pages(system("manager")) == whole  # the operator's own
    assert pages(system("collector_admin", haul.collector.actor.organisation_id)) == whole  # it carried all of them
    assert pages(system("recycler_admin")) == []  # another company
    assert sign_in("collector_admin").get(f"registrar/records?programme={haul.scene.code}&month=2026-03").status_code == 403
    assert sign_in("auditor").get("registrar/records?programme=nobodys&month=2026-03").status_code == 404


def test_a_company_is_named_and_a_person_is_not(haul):
    owner = haul.scene.generator.actor.organisation_id
    job = haul.scene.accept(haul.collector, haul.scene.offered()).job_id
    [load] = custody.load(actor=HOUSE, at=cast.AT, loads=[custody.Load(
        job_id=job, handover_code=Job.objects.get(pk=job).pickup.handover_code, loaded_at=cast.AT, plate="001AAA02")])
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(load.id, cast.AT, TONNE)])
    Organisation.objects.filter(pk=owner).update(kind="company")
    number, name = Organisation.objects.values_list("identity_number", "name").get(pk=owner)
    assert exported(haul)["records"][-1]["generator"] == {"identity_number": number, "name": name}
    Organisation.objects.filter(pk=owner).update(kind="person")
    told = exported(haul)
    assert told["records"][-1]["generator"] == {"identity_number": None, "name": None} and number not in json.dumps(told)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(told)] == []


def test_what_cannot_be_exported(haul):
    with pytest.raises(CommandError, match="no programme"):
        call_command("registrar_export", programme="nowhere", month="2026-03")
    with pytest.raises(CommandError, match="not a month"):
        call_command("registrar_export", programme=haul.scene.code, month="March")
