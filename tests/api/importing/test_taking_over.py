"""A running programme is taken over from CSV files: all of it or nothing, every error named, and once.

The command plays the verbs `record_paid_months` and `record_takeover`.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from api.importing.taking import Rejected, take_over
from collection.contracts.models import Allotment, Contract, Tariff
from collection.contracts.queries import public_contracts
from collection.custody import operations as custody
from collection.custody.models import Consignment, Weighing
from collection.kernel.actor import HOUSE
from collection.kernel.db import rows, transaction
from collection.payouts import operations as payouts
from collection.payouts.models import AccrualLine, ImportedRow, PaidBefore
from tests import cast

pytestmark = pytest.mark.django_db
SAMPLES = Path("docs/taking-over")
AT = cast.AT


@pytest.fixture
def scene(reference):
    return cast.Scene()


@pytest.fixture
def books(tmp_path):
    shutil.copytree(SAMPLES, tmp_path, dirs_exist_ok=True)
    return tmp_path


def take(books, scene, at=AT):
    with transaction():
        return take_over(books, at=at, programme=scene.code)


def errors(books, scene):
    with pytest.raises(Rejected) as caught:
        take(books, scene)
    return [(one.file, one.line, one.column, one.code) for one in caught.value.wrong]


def replace(books, name, old, new):
    path = books / name
    assert old in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def everything():
    return {table: rows(f'SELECT count(*) AS n FROM "{table}"')[0]["n"]
            for table in connection.introspection.table_names() if not table.startswith("geo_")}


def test_the_samples_are_taken_over_and_go_on_here(books, scene):
    counts = take(books, scene)
    assert counts == {"tariffs.csv": 1, "contractors.csv": 2, "bases.csv": 1, "plants.csv": 1, "vehicles.csv": 1,
                      "scales.csv": 1, "contracts.csv": 2, "generators.csv": 1, "loads.csv": 2, "weighings.csv": 1,
                      "paid_months.csv": 1}
    assert {(one.number, one.kind) for one in public_contracts(scene.code)} == {
        ("С-1/2024", "collection"), ("П-1/2024", "recycling")}
    weighed, loaded = Consignment.objects.order_by("loaded_at")
    assert (weighed.state, loaded.state, Weighing.objects.get().net_g) == ("weighed", "loaded", 3_220_000)
    contract = Contract.objects.get(number="С-1/2024")
    used = {(one.of, one.why): one.amount for one in Allotment.objects.filter(contract=contract)}
    assert used == {("cap", "paid_before"): 890_000_55, ("quota", "paid_before"): 12_500_000,
                    ("quota", "weighed"): 3_220_000}
    # the open load is received, accrued and claimed here
    custody.deliver(actor=HOUSE, at=AT, consignment_ids=[weighed.pk])
    custody.receive(actor=HOUSE, at=AT, receipts=[custody.NewReceipt(weighed.pk, 3_220_000, 0, AT)])
    payouts.accrue(actor=HOUSE, at=AT, programme_id=scene.programme.id)
    claim = payouts.prepare_claim(actor=HOUSE, at=AT, contract_id=contract.pk, month=date(2026, 3, 1))
    assert claim and claim.amount_tiyn == sum(  # 3.22 t x 4,325 x 9.05 and 7.41
        AccrualLine.objects.values_list("amount_tiyn", flat=True)) == 126_034_83 + 103_195_37


def test_the_second_run_changes_nothing(books, scene):
    take(books, scene)
    before = everything()
    assert take(books, scene, AT + timedelta(days=1)) == {}
    assert everything() == before
    with (books / "bases.csv").open("a", encoding="utf-8") as file:  # and a row more is a row more
        contractor = (books / "bases.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
        file.write(f"{contractor},Екінші база,76.91,43.25,\n")
    assert take(books, scene) == {"bases.csv": 1}
    replace(books, "vehicles.csv", "7.5", "8.5")
    assert errors(books, scene) == [("vehicles.csv", 2, "plate", "changed_since_import")]


def test_every_error_of_every_file_and_nothing_written(books, scene):
    replace(books, "contracts.csv", "50000000.00", "50000000,00")  # a decimal comma is one cell too many
    replace(books, "scales.csv", "2027-12-31", "31.12.2027")
    replace(books, "generators.csv", "43.2567", "=1+1")
    replace(books, "paid_months.csv", "2026-01", "2026-03")
    replace(books, "paid_months.csv", "С-1/2024", "П-1/2024")
    replace(books, "vehicles.csv", "123ABC02", "??")
    replace(books, "bases.csv", "76.9000,43.2400", "43.2400,76.9000")
    before = everything()
    assert errors(books, scene) == [
        ("bases.csv", 2, "longitude", "outside_country"), ("vehicles.csv", 2, "plate", "plate_invalid"),
        ("scales.csv", 2, "certified_until", "not_a_date"), ("contracts.csv", 2, "", "wrong_number_of_cells"),
        ("generators.csv", 2, "latitude", "not_plain_text"), ("paid_months.csv", 2, "month", "month_not_over"),
    ]
    assert everything() == before


def test_a_row_that_names_nobody(books, scene):
    replace(books, "contracts.csv", "Негізгі база", "Басқа база")
    found = errors(books, scene)
    assert found == [("contracts.csv", 2, "", "names_an_unknown_row")]  # its loads and paid months are not told so too


def test_files_that_cannot_be_read(books, scene):
    (books / "bases.csv").write_bytes("contractor,name\n1,База\n".encode("cp1251"))
    (books / "vehicles.csv").write_text("contractor;plate;payload_t\n1;2;3\n", encoding="utf-8")
    (books / "extra.csv").write_text("a\n1\n", encoding="utf-8")
    found = errors(books, scene)
    assert ("bases.csv", 2, "", "not_utf8") in found and ("extra.csv", 0, "", "file_unknown") in found
    assert ("vehicles.csv", 1, "plate", "column_missing") in found


def test_b79_what_spreadsheets_do_to_a_file(books, scene):
    """Formulas, semicolons, cp1251, decimal commas and a million rows: each a row's error or a cap, and nothing written."""
    head, row, *_ = (books / "generators.csv").read_text(encoding="utf-8").splitlines()
    name = row.split(",")[2]
    generators = [row.replace(name, f) for f in ("=HYPERLINK(1)", "@SUM(1)", "+7 701 0000000", "-2+3", "\t=1")]
    (books / "generators.csv").write_text("\n".join([head, *generators]), encoding="utf-8")
    (books / "vehicles.csv").write_text("contractor;plate;payload_t\n1;2;3\n", encoding="utf-8")
    (books / "bases.csv").write_bytes("contractor,name,longitude,latitude,address\n1,База,1,2,\n".encode("cp1251"))
    replace(books, "weighings.csv", "11.260", '"11,260"')
    (books / "tariffs.csv").write_text(
        "category,stage,coefficient,valid_from,valid_to,source\n" + "glass,transport,1,2030-01-01,,x\n" * 1_000_000,
        encoding="utf-8")
    before = everything()
    found = errors(books, scene)
    for line in (2, 3, 6):
        assert ("generators.csv", line, "name", "not_plain_text") in found, found
    assert not [one for one in found if one[:2] in (("generators.csv", 4), ("generators.csv", 5)) and one[2] == "name"]
    assert ("vehicles.csv", 1, "plate", "column_missing") in found and ("bases.csv", 2, "", "not_utf8") in found
    assert ("weighings.csv", 2, "gross_t", "not_a_number") in found
    assert [one[3] for one in found if one[0] == "tariffs.csv"] == ["too_many_rows"]
    assert everything() == before


def test_a_month_paid_before_is_not_claimed_again(books, scene):
    take(books, scene)
    contract = Contract.objects.get(number="С-1/2024")
    month = rows("SELECT open_month(%s, '2026-01-15') AS month", [contract.pk])[0]["month"]
    assert month == date(2026, 2, 1)
    limit = rows("SELECT limit_tiyn FROM payouts_limit WHERE contract_id = %s", [contract.pk])[0]["limit_tiyn"]
    assert limit == 50_000_000_00 - 890_000_55
    with pytest.raises(IntegrityError), transaction(), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_paidbefore SET amount_tiyn = 0")
    assert PaidBefore.objects.count() == 1


def test_the_command(books, scene):
    out = StringIO()
    call_command("import_programme", str(books), programme=scene.code, stdout=out)
    assert "2 contracts.csv" in out.getvalue() and "Taken over." in out.getvalue()
    again = StringIO()
    call_command("import_programme", str(books), programme=scene.code, stdout=again)
    assert again.getvalue() == "Nothing new.\n"
    with pytest.raises(CommandError):
        call_command("import_programme", str(books), programme="nobodys", stdout=out)


def test_ten_thousand_contracts_and_one_bad(books, scene):
    head, row, _ = (books / "contracts.csv").read_text(encoding="utf-8").splitlines()
    lines = [row.replace("С-1/2024", f"С-{n}") for n in range(10_000)]
    lines[7_777] = lines[7_777].replace("KZ", "KZ0", 1)
    for path in books.glob("*.csv"):
        if path.name not in ("contractors.csv", "bases.csv"):
            path.unlink()
    (books / "contracts.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    before = everything()
    assert errors(books, scene) == [("contracts.csv", 7_779, "iban", "iban_invalid")]
    assert everything() == before


def test_ten_thousand_tariffs_and_one_bad(tmp_path, scene):
    first = date(1990, 1, 1)
    lines = [f"glass,transport,1.5,{day},{day},decree" for day in (first + timedelta(days=n) for n in range(10_000))]
    lines[5_000] = lines[5_000].replace("1.5", "1001")
    (tmp_path / "tariffs.csv").write_text(
        "\n".join(["category,stage,coefficient,valid_from,valid_to,source", *lines]), encoding="utf-8")
    before = Tariff.objects.count()
    assert errors(tmp_path, scene) == [("tariffs.csv", 5_002, "coefficient", "out_of_range")]
    assert Tariff.objects.count() == before


def test_ten_thousand_weighings_and_one_bad(books, scene):
    head, load = (books / "loads.csv").read_text(encoding="utf-8").splitlines()[:2]
    top, ticket = (books / "weighings.csv").read_text(encoding="utf-8").splitlines()[:2]
    (books / "loads.csv").write_text("\n".join([head, *(load.replace("OLD-1", f"L-{n}") for n in range(10_000))]),
                                     encoding="utf-8")
    tickets = [ticket.replace("OLD-1", f"L-{n}").replace("T-881", f"T-{n}") for n in range(10_000)]
    tickets[9_998] = tickets[9_998].replace("11.260,8.040", "8.040,11.260")
    (books / "weighings.csv").write_text("\n".join([top, *tickets]), encoding="utf-8")
    replace(books, "contracts.csv", "polymer:500", "polymer:90000")
    assert errors(books, scene) == [("weighings.csv", 10_000, "gross_t", "net_not_positive")]
    assert (Weighing.objects.count(), Consignment.objects.count(), ImportedRow.objects.count()) == (0, 0, 0)
