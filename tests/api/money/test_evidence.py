"""The pack and the dossier over HTTP: officers only; streamed; 304 for who has it."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest

from tests.collection.payouts.office import Office
from tests.collection.payouts.paid_request import paid_request


@pytest.mark.parametrize("noun", ["pickups", "consignments"])
def test_an_inspector_takes_the_pack(haul, sign_in, settings, tmp_path, noun):
    settings.UPLOAD_ROOT = tmp_path
    paid = paid_request(haul, Office(haul.scene))
    thing = paid.pickup_id if noun == "pickups" else paid.load_id
    inspector = sign_in("inspector")
    answer = inspector.get(f"{noun}/{thing}/evidence")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store" and ".zip" in answer["Content-Disposition"]
    body = answer.getvalue()
    with ZipFile(BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert {"manifest.json", "SHA256SUMS", "audit/lines.json"} < set(archive.namelist())
    again = inspector.get(f"{noun}/{thing}/evidence", If_None_Match=answer["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    assert inspector.get(f"{noun}/{uuid4()}/evidence").status_code == 404
    assert sign_in("collector_admin", haul.collector.actor.organisation_id).get(
        f"{noun}/{thing}/evidence").status_code == 403


def test_the_dossier_is_for_managers_inspectors_and_auditors(haul, sign_in, settings, tmp_path):
    settings.UPLOAD_ROOT = tmp_path
    paid_request(haul, Office(haul.scene))
    company = haul.collector.actor.organisation_id
    for role in ("manager", "inspector", "auditor"):
        answer = sign_in(role).get(f"organisations/{company}/dossier")
        assert answer.status_code == 200
        told = answer.json()
        assert told["company"]["id"] == str(company) and told["contracts"][0]["number"] == haul.collector.number
        assert told["loads"] == [{
            "part": "collector", "month": "2026-03", "category": "polymer", "loads_n": 1, "declared_g": 0,
            "collected_g": 4_620_000, "received_g": 4_240_000, "recycled_g": 4_240_000, "paid_g": 4_240_000}]
        paper = sign_in(role).get(f"organisations/{company}/dossier.pdf")
        assert paper["Content-Type"] == "application/pdf" and paper.content[:5] == b"%PDF-"
        assert told["claims"][0]["amount_tiyn"] == 16_595_890 + 13_588_458 and told["currency"] == "KZT"
    for role in ("finance", "support"):
        assert sign_in(role).get(f"organisations/{company}/dossier").status_code == 403
    assert sign_in("inspector").get(f"organisations/{uuid4()}/dossier").status_code == 404
