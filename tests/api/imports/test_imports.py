"""Files over HTTP: all of it or nothing, each wrong row named by its line; a journal may be sent again and again.

Plays `import_weighings`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from collection.audit.models import AuditLine
from collection.contracts.models import Contract, Tariff, TariffChange
from collection.custody import operations as custody
from collection.custody.models import Consignment, Weighing
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.registry.models import Base, Scale, Vehicle
from tests import cast
from tests.api.phone import Phone, codes
from tests.collection.custody.haul import two_contracts

pytestmark = pytest.mark.django_db
HEAD = "scale,ticket,weighed_at,gross_t,tare_t,load,plate,manual"
TIME = "2026-03-02T09:00:00+05:00"


@pytest.fixture
def haul(reference):
    with frozen(cast.AT):
        yield two_contracts(cast.Scene())


@pytest.fixture
def scale_house(haul, sign_in):
    """The recycler's weighbridge, by a key for nothing but weighings."""
    admin = sign_in("recycler_admin", haul.recycler.actor.organisation_id)
    made = admin.post("keys", {"name": "Весовая", "scopes": ["weighings"],
                               "expires_at": (cast.AT + timedelta(days=90)).isoformat()})
    assert made.status_code == 201, made.content
    return Phone(token=made.json()["token"])


def loaded(haul, count, plate="001AAA02"):
    ids = [one.id for one in custody.load(actor=HOUSE, at=cast.AT, loads=[
        haul.load(cast.AT - timedelta(hours=1), plate=plate) for _ in range(count)])]
    return list(Consignment.objects.filter(pk__in=ids).order_by("number").values_list("number", flat=True))


def row(haul, n, **more):
    return {"scale": Scale.objects.get(pk=haul.scale_id).serial, "ticket_number": f"T-{n}", "occurred_at": TIME,
            "gross_g": 14_000_000 + n * 20_000, "tare_g": 10_000_000} | more


def csv(*lines, head=HEAD):
    return "\n".join([head, *lines]).encode()


def send(phone, path, data):
    return phone.send("POST", path, data, content_type="text/csv", Idempotency_Key=str(uuid4()))


def test_a_journal_is_taken_once_however_often_it_is_sent(haul, scale_house):
    first, second = loaded(haul, 2)
    [by_plate] = loaded(haul, 1, plate="777ABC02")
    rows = [row(haul, 1, load=first), row(haul, 2, load=second, manual=True)]
    answer = scale_house.post("weighings/import", {"rows": rows})
    assert answer.status_code == 200, answer.content
    assert [(one["status"], one["load"]) for one in answer.json()["rows"]] == [("weighed", first), ("weighed", second)]
    assert list(Weighing.objects.order_by("ticket_number").values_list("net_g", "manual")) == [
        (4_020_000, False), (4_040_000, True)]
    again = scale_house.post("weighings/import", {"rows": [*rows, row(haul, 3, load=by_plate)]})
    assert [one["status"] for one in again.json()["rows"]] == ["known", "known", "weighed"]
    assert Weighing.objects.count() == 3
    assert AuditLine.objects.filter(verb="consignment.weigh", actor_role="integration").count() == 3
    changed = scale_house.post("weighings/import", {"rows": [row(haul, 1, load=first, gross_g=15_000_000)]})
    assert (changed.status_code, codes(changed)) == (409, {"/rows/0/ticket_number": "ticket_reused"})
    assert scale_house.get("consignments").status_code == 403  # the key is for weighings


def test_the_load_is_found_by_the_plate_that_stands_on_the_scale(haul, scale_house):
    lorry = Vehicle.objects.get(pk=haul.lorry())
    ids = [one.id for one in custody.load(actor=HOUSE, at=cast.AT, loads=[
        haul.load(cast.AT - timedelta(hours=1), plate=lorry.plate, vehicle_id=lorry.pk)])]
    answer = scale_house.post("weighings/import", {"rows": [row(haul, 1, plate=lorry.plate)]})
    assert answer.status_code == 200, answer.content
    assert answer.json()["rows"][0]["consignment_id"] == str(ids[0])


def test_everything_that_is_wrong_and_nothing_written(haul, scale_house, sign_in):
    one, two, three = loaded(haul, 3)
    rows = [row(haul, 1, load=one), row(haul, 2, load=two, scale="nobody's"), row(haul, 3, load=999_999),
            row(haul, 4, load=three, gross_g=9_000_000), row(haul, 5), row(haul, 6, load=one), row(haul, 7, plate="000XXX00")]
    answer = scale_house.post("weighings/import", {"rows": rows})
    assert answer.status_code == 422 and codes(answer) == {
        "/rows/1/scale": "not_found", "/rows/2/load": "not_found", "/rows/3/gross_g": "net_not_positive",
        "/rows/4/plate": "required", "/rows/5/load": "duplicate", "/rows/6/plate": "not_found"}
    assert Weighing.objects.count() == 0
    stranger = sign_in("recycler_admin")  # another company's weighbridge learns nothing
    assert codes(stranger.post("weighings/import", {"rows": [row(haul, 1, load=one)]})) == {"/rows/0/scale": "not_found"}


def test_ten_thousand_rows_and_one_bad(haul, scale_house):
    serial = Scale.objects.get(pk=haul.scale_id).serial
    numbers = loaded(haul, 10_000)
    lines = [f"{serial},T-{n},{TIME},14.{n:05d},10.0,{number},,no" for n, number in enumerate(numbers)]
    lines[7_777] = f"{serial},T-7777,{TIME},9.0,10.0,{numbers[7_777]},,no"
    lines[8_888] = lines[8_888].replace("14.", "14,")
    answer = send(scale_house, "weighings/import", csv(*lines))
    assert answer.status_code == 422 and codes(answer) == {
        "/lines/7779/gross_t": "net_not_positive", "/lines/8890": "wrong_number_of_cells"}
    assert Weighing.objects.count() == 0
    good = send(scale_house, "weighings/import", csv(*lines[:3]))
    assert good.status_code == 200 and [one["status"] for one in good.json()["rows"]] == ["weighed"] * 3


def contracts(books=Path("docs/taking-over/contracts.csv")):
    return books.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def manager(haul, sign_in):
    return sign_in("manager")


def test_ten_thousand_contracts_and_one_bad(haul, manager):
    head, line, _ = contracts()
    own = haul.collector.actor.organisation_id
    number = Contract.objects.get(pk=haul.collector.contract_id).organisation.identity_number
    line = line.replace("150140000012", number).replace("Негізгі база", _base(own))
    many = [line.replace("С-1/2024", f"Н-{n}") for n in range(10_000)]
    many[4_321] = many[4_321].replace("KZ", "KZ0", 1)
    before, path = Contract.objects.count(), f"programmes/{haul.scene.code}/contracts/import"
    answer = send(manager, path, csv(*many, head=head))
    assert answer.status_code == 422 and codes(answer) == {"/lines/4323/iban": "iban_invalid"}
    assert Contract.objects.count() == before
    answer = send(manager, path, csv(many[0], many[1], head=head))
    assert (answer.status_code, answer.json()) == (201, {"contracts": 2})
    assert set(Contract.objects.filter(number__startswith="Н-").values_list("state", flat=True)) == {"draft"}
    assert codes(send(manager, path, csv(many[2].replace(number, "000000000000"), head=head))) == {
        "/lines/2": "names_an_unknown_row"}
    assert send(manager, "programmes/nobodys/contracts/import", csv(head=head)).status_code == 404
    assert send(manager, path, "a;b\n".encode("cp1251")).status_code == 422


def _base(organisation_id):
    return Base.objects.filter(organisation_id=organisation_id).values_list("name", flat=True).order_by("pk").first()


def test_ten_thousand_tariffs_and_one_bad(haul, manager):
    first = datetime(1990, 1, 1, tzinfo=UTC).date()
    head = "category,stage,coefficient,valid_from,valid_to,source"
    many = [f"glass,transport,1.5,{day},{day},decree" for day in (first + timedelta(days=n) for n in range(10_000))]
    path, before = f"programmes/{haul.scene.code}/tariff-changes/import?reason=decree", Tariff.objects.count()
    bad = list(many)
    bad[5_000] = bad[5_000].replace("1.5", "1001")
    answer = send(manager, path, csv(*bad, head=head))
    assert answer.status_code == 422 and codes(answer) == {"/lines/5002/coefficient": "out_of_range"}
    twice = send(manager, path, csv(*many, "glass,transport,2,1989-12-01,1990-01-02,decree", head=head))
    assert codes(twice) == {f"/lines/{n}/valid_from": "prices_clash" for n in (2, 3, 10_002)}
    good = send(manager, path, csv(*many, head=head))
    assert good.status_code == 201, good.content
    assert TariffChange.objects.get().state == "proposed" and Tariff.objects.count() == before
