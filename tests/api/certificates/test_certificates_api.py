"""Over HTTP: issued, printed with its check's address, checked by a stranger, taken back."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from collection.accounts.models import Organisation
from collection.custody import operations as custody
from tests import cast

pytestmark = pytest.mark.django_db


def test_it_is_asked_for_by_whoever_has_something_to_show(haul, fetched, phone_of):
    generator, manager, other = (phone_of(one) for one in (
        haul.scene.generator.actor, haul.scene.manager, haul.scene.stranger.actor))
    form = {"programme": haul.scene.code, "month_from": "2026-03", "month_to": "2026-03"}
    early = generator.post("certificates", form)
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "month_not_over")
    assert generator.post("certificates", form | {"month_to": "2026-13"}).status_code == 400
    before = form | {"month_from": "2026-02", "month_to": "2026-02"}
    assert other.post("certificates", before).json()["code"] == "nothing_certified"
    assert manager.post("certificates", form).status_code == 403
    assert generator.get("certificates").json()["items"] == []


@pytest.fixture
def certificate(haul, fetched):
    month = cast.AT.date().replace(day=1)
    return custody.issue_certificate(actor=haul.scene.generator.actor, at=cast.AT + timedelta(days=40),
                                     programme=haul.scene.code, month_from=month, month_to=month)


def test_the_paper_and_its_check(haul, certificate, phone_of, stranger):
    generator, manager, other = (phone_of(one) for one in (
        haul.scene.generator.actor, haul.scene.manager, haul.scene.stranger.actor))
    path = f"certificates/{certificate.id}"
    assert generator.get(path).json()["lines"][0]["received_g"] == 4_240_000 and other.get(path).status_code == 404
    text = PdfReader(BytesIO(generator.get(f"{path}/pdf", Accept="application/pdf").content)).pages[0].extract_text()
    for part in ("Қалдықтарды қайта өңдеу сертификаты", "4,620", "4,240", certificate.code, f"/check/{certificate.code}"):
        assert part in text.replace("4.", "4,"), text
    told = stranger.get(f"certificates/check?code={certificate.code}").json()
    assert told["state"] == "valid" and told["generator"] == certificate.generator
    assert not {"id", "generator_id", "version", "person"} & told.keys()
    assert stranger.get("certificates/check?code=FORGED0000000000").status_code == 404
    taken = manager.post(f"{path}/revoke", {"reason": "issued in error"}, If_Match=manager.get(path)["ETag"])
    assert (taken.status_code, taken.json()["state"]) == (200, "revoked")
    assert stranger.get(f"certificates/check?code={certificate.code}").json()["reason"] == "issued in error"
    assert generator.get("certificates").json()["items"][0]["state"] == "revoked"


def test_a_persons_number_is_not_told_to_strangers(haul, certificate, stranger):
    told = f"certificates/check?code={certificate.code}"
    assert stranger.get(told).json()["identity_number"] == certificate.identity_number
    Organisation.objects.filter(pk=certificate.generator_id).update(kind="person")
    assert stranger.get(told).json()["identity_number"] == f"********{certificate.identity_number[-4:]}"


@pytest.mark.parametrize(("language", "verdict"), [("ru", "Действителен"), ("kk", "Жарамды"), ("en", "It holds")])
def test_the_page_behind_the_qr_code(certificate, client, language, verdict):
    page = client.get(f"/check/{certificate.code}?lang={language}").content.decode()
    assert verdict in page and certificate.code in page and "4" in page
    forged = client.get(f"/check/FORGED0000000000?lang={language}")
    assert forged.status_code == 200 and "FORGED0000000000" in forged.content.decode() and verdict not in forged.content.decode()
