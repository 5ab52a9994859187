"""A running programme is taken over from CSV files: all of it or nothing, every error named, and once.

The command plays the verbs `record_paid_months` and `record_takeover`.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

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
from collection.payouts import operations as payouts, queries
from collection.payouts.models import AccrualLine, Hold, ImportedRow, PaidBefore
from collection.registry.models import Scale
from collection.watch.queries import check_invariants
from tests import cast
from tests.collection.payouts.office import Office

pytestmark = pytest.mark.django_db
SAMPLES = Path("docs/taking-over")
AT = cast.AT


@pytest.fixture
def scene(reference):
    return cast.Scene()


@pytest.fixture
def office(scene):
    return Office(scene)


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
    (books / "receipts.csv").unlink()
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


def test_what_was_paid_before_and_what_was_open_end_in_one_ledger(books, scene, office):
    """The whole story to the tiyn: a month paid by the older system, a load received there, both closed and paid here."""
    assert take(books, scene)["receipts.csv"] == 1
    haulier, plant = (SimpleNamespace(actor=HOUSE, contract_id=Contract.objects.get(number=number).pk)
                      for number in ("С-1/2024", "П-1/2024"))
    received, loaded = Consignment.objects.order_by("loaded_at")
    assert (received.state, loaded.state) == ("received", "loaded")
    [before] = queries.month_statements(HOUSE, haulier.contract_id)
    assert (before.month, before.accrued_tiyn, before.paid_tiyn, before.closing_tiyn) == (
        date(2026, 1, 1), 890_000_55, 890_000_55, 0)
    _, parts, _ = queries.month_statement(HOUSE, haulier.contract_id, before.month)
    assert parts == [queries.StatementPart("before", "polymer", "whole", 1, 12_500_000, 890_000_55)]

    custody.weigh(actor=HOUSE, at=AT, tickets=[custody.Ticket(
        consignment_id=loaded.pk, scale_id=Scale.objects.get(serial="SC-0001").pk, ticket_number="T-882", occurred_at=AT,
        gross_g=10_040_000, tare_g=8_040_000)])
    custody.deliver(actor=HOUSE, at=AT, consignment_ids=[loaded.pk])
    custody.receive(actor=HOUSE, at=AT, receipts=[custody.NewReceipt(loaded.pk, 2_000_000, 0, AT)])
    custody.process(actor=HOUSE, at=AT, batches=[custody.NewBatch(
        plant.contract_id, "polymer", (received.pk, loaded.pk), product_g=4_500_000, byproduct_g=0, loss_g=520_000,
        occurred_at=AT)])
    office.accrue(AT)
    Hold.objects.update(lifted_at=AT, lifted_why="looked at")  # the plant and the lorry are as new as the samples
    march = date(2026, 3, 1)
    # 3.020 and 2.000 t x 4,325 x 9.05, x 7.41 and x 1.79
    collected = 118_206_58 + 96_785_72 + 78_282_50 + 64_096_50
    recycled = 23_380_09 + 15_483_50
    assert office.paid(haulier, AT, march).amount_tiyn == collected
    assert office.paid(plant, AT, march).amount_tiyn == recycled
    balances = {(one.contract_number, one.kind): one.balance_tiyn for one in queries.balances(HOUSE, programme=scene.code)}
    assert balances == {
        (None, "cost"): 890_000_55 + collected + recycled, (None, "bank"): -890_000_55 - collected - recycled,
        ("С-1/2024", "accrued"): 0, ("С-1/2024", "approved"): 0, ("П-1/2024", "accrued"): 0, ("П-1/2024", "approved"): 0}
    april = date(2026, 4, 1)  # what March's claim came to is paid after its statement
    payouts.close_month(actor=HOUSE, at=AT + timedelta(days=62), programme=scene.code, month=april)
    told = {one.month: (one.opening_tiyn, one.accrued_tiyn, one.paid_tiyn, one.closing_tiyn)
            for one in queries.month_statements(HOUSE, haulier.contract_id)}
    assert told == {date(2026, 1, 1): (0, 890_000_55, 890_000_55, 0), march: (0, collected, 0, collected),
                    april: (collected, 0, collected, 0)}
    out = StringIO()
    call_command("recompute_money", "--check", stdout=out)
    assert out.getvalue().endswith("lines: 6, differences: 0\n")
    wrong = {verdict.id: verdict.broken for verdict in check_invariants() if not verdict.holds}
    assert wrong.keys() <= {"I9"}, wrong  # nobody carries messages here


def test_a_month_that_was_closed_here_is_not_brought(books, scene):
    take(books, scene)
    with (books / "paid_months.csv").open("a", encoding="utf-8") as file:  # the month was taken over, without its paper
        file.write("С-1/2024,2026-01,paper,1.0,20000.00,2026-02-20,BR-100501\n")
    assert errors(books, scene) == [("paid_months.csv", 3, "month", "month_closed")]


def test_an_entry_less_than_was_brought_is_a_difference(books, scene):
    take(books, scene)
    with pytest.raises(RuntimeError, match="undone"), transaction(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE payouts_paidbefore SET amount_tiyn = amount_tiyn - 1")
        assert [one.what for one in queries.recompute_check().differences] == ["polymer of 2026-01, paid before to С-1/2024"]
        raise RuntimeError("undone")


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
    (books / "receipts.csv").unlink()
    assert errors(books, scene) == [("weighings.csv", 10_000, "gross_t", "net_not_positive")]
    assert (Weighing.objects.count(), Consignment.objects.count(), ImportedRow.objects.count()) == (0, 0, 0)
