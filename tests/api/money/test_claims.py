"""A claim from the contractor's desk to the bank, over HTTP; and everybody who may not."""

from __future__ import annotations

from uuid import uuid4

import pytest

from collection.audit.models import AuditLine
from collection.kernel.actor import HOUSE
from collection.payouts import operations as payouts
from collection.payouts.bank.sheets import XLSX
from collection.payouts.models import Claim, Hold, LedgerTransaction
from tests import cast
from tests.api.custody.cast import act, refused, tag
from tests.api.phone import codes
from tests.cast import AT
from tests.collection.custody.haul import TONNE

pytestmark = pytest.mark.django_db
COLLECTED = (9_05 + 7_41) * 4325
PAPERS = {"act_number": "A-1", "einvoice_number": "ESF-1", "declaration": "2026-1"}


def form(contract, month="2026-03"):
    return {"contract_id": str(contract.contract_id), "month": month}


@pytest.fixture
def claim(desk, haul, earned) -> str:
    """The collector's draft."""
    made = desk.collector.post("claims", form(haul.collector))
    assert made.status_code == 201, made.content
    return f"claims/{made.json()['id']}"


@pytest.fixture
def verified(desk, claim) -> str:
    assert act(desk.collector, claim, "submit", PAPERS).status_code == 200
    assert act(desk.inspector, claim, "verify").json()["state"] == "verified"
    return claim


def test_from_the_month_to_the_bank(desk, haul, claim):
    draft = desk.collector.get(claim).json()
    assert (draft["state"], draft["month"], draft["amount_tiyn"], draft["currency"], draft["allowed_actions"]) == (
        "draft", "2026-03", COLLECTED, "KZT", ["submit"])
    assert draft["stages"] == [
        {"stage": "collection", "lines_n": 1, "mass_g": TONNE, "amount_tiyn": 9_05 * 4325},
        {"stage": "transport", "lines_n": 1, "mass_g": TONNE, "amount_tiyn": 7_41 * 4325}]
    assert "mass_g" not in draft
    assert act(desk.collector, claim, "submit", PAPERS).json()["state"] == "submitted"
    assert desk.inspector.get(claim).json()["allowed_actions"] == ["verify", "return"]
    assert act(desk.inspector, claim, "verify").json()["state"] == "verified"
    seen = desk.collector.get(claim, Accept_Language="kk").json()
    assert all(one["title"] and one["cure"] for one in seen["verdicts"]) and len(seen["verdicts"]) > 30
    assert [(one["rule"], one["severity"]) for one in seen["verdicts"] if not one["passed"]] == [("new_company", "flag")]
    approved = act(desk.finance, claim, "approve")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")

    register = desk.finance.post("registers", {"programme": haul.scene.code})
    assert (register.status_code, register.json()["orders_n"], register.json()["amount_tiyn"]) == (201, 1, COLLECTED)
    path = f"registers/{register.json()['id']}"
    refused(act(desk.finance, path, "approve"), 403, "same_person")
    sent = act(desk.second, path, "approve")
    assert (sent.json()["state"], sent.json()["allowed_actions"]) == ("approved", ["record_result"])
    order = desk.auditor.get(path).json()["orders"][0]
    assert (order["state"], order["amount_tiyn"], order["contract_number"]) == ("waiting", COLLECTED, haul.collector.number)
    settled = act(desk.finance, path, "results", {"results": [
        {"order_id": order["id"], "paid": True, "bank_reference": "BR-1"}]})
    assert settled.json()["state"] == "settled"
    assert desk.collector.get(claim).json()["state"] == "paid"
    assert desk.finance.get("registers").json()["items"][0]["state"] == "settled"
    verbs = AuditLine.objects.filter(object_id=claim.removeprefix("claims/")).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "claim.prepare", "claim.submit", "claim.verify", "claim.approve", "claim.register", "claim.pay"]


def test_lines_come_by_the_page(desk, claim):
    first = desk.collector.get(f"{claim}/lines?limit=1").json()
    second = desk.collector.get(f"{claim}/lines?limit=1&cursor={first['next_cursor']}").json()
    assert [one["stage"] for one in first["items"] + second["items"]] == ["collection", "transport"]
    line = first["items"][0]
    assert (line["coefficient"], line["index_tiyn"], line["mass_g"], line["supply_on"]) == (
        "9.0500", 432_500, TONNE, "2026-03-02")
    assert second["next_cursor"] is None


def test_a_repeat_with_the_same_key_is_the_same_claim(desk, haul, earned):
    key = str(uuid4())
    first, again = (desk.collector.post("claims", form(haul.collector), key=key) for _ in range(2))
    assert first.json() == again.json() and again["Idempotency-Replayed"] == "true"
    assert Claim.objects.count() == 1
    problem = refused(desk.collector.post("claims", form(haul.collector)), 409, "claim_exists")
    assert problem["claim_id"] == first.json()["id"]


def test_nothing_to_claim_and_months_to_come(desk, haul, earned):
    refused(desk.collector.post("claims", form(haul.collector, "2026-02")), 422, "nothing_to_claim")
    assert codes(desk.collector.post("claims", form(haul.collector, "2026-04"))) == {"/month": "month_in_future"}
    assert desk.collector.post("claims", form(haul.collector, "2026-3")).status_code == 400


def test_b47_anothers_contract_and_claim_are_not_there(desk, haul, claim):
    for phone in (desk.stranger, desk.recycler):
        unknown = refused(phone.post("claims", form(haul.collector) | {"contract_id": str(uuid4())}), 404, "not_found")
        foreign = refused(phone.post("claims", form(haul.collector)), 404, "not_found")
        assert {**unknown, "trace_id": ""} == {**foreign, "trace_id": ""}
        for path in (claim, f"{claim}/lines", f"contracts/{haul.collector.contract_id}/statement"):
            refused(phone.get(path), 404, "not_found")
        refused(phone.post(f"{claim}/submit", PAPERS, If_Match=f'"1-{phone.actor.role}"'), 404, "not_found")
        assert phone.get("claims").json()["items"] == []


@pytest.mark.parametrize(("who", "action", "body"), [
    ("collector", "verify", None), ("collector", "approve", None), ("inspector", "approve", None),
    ("manager", "approve", None), ("finance", "verify", None), ("auditor", "reject", {"reason": "x"}),
    ("inspector", "reject", {"reason": "x"}), ("finance", "submit", PAPERS), ("recycler", "return", {"reason": "x"}),
])
def test_what_a_role_may_not_do(desk, verified, who, action, body):
    phone = getattr(desk, who)
    refused(phone.post(f"{verified}/{action}", body, If_Match=f'"4-{phone.actor.role}"'), 403, "forbidden")
    assert Claim.objects.get().state == "verified"


def test_b67_what_you_saw_must_still_be_so(desk, claim):
    refused(desk.collector.post(f"{claim}/submit", PAPERS), 428, "if_match_missing")
    refused(desk.collector.post(f"{claim}/submit", PAPERS, If_Match="*"), 428)
    refused(desk.collector.post(f"{claim}/submit", PAPERS, If_Match='"9-collector_admin"'), 412, "stale_version")
    refused(desk.collector.post(f"{claim}/submit", PAPERS, If_Match='W/"1-collector_admin"'), 412)
    fresh = tag(desk.collector, claim)
    assert desk.collector.post(f"{claim}/submit", PAPERS, If_Match=fresh).status_code == 200
    refused(desk.collector.post(f"{claim}/submit", PAPERS, If_Match=fresh), 412)
    assert desk.collector.get(claim, If_None_Match=tag(desk.collector, claim)).status_code == 304


def test_b66_pay_before_approve(desk, haul, claim):
    problem = refused(act(desk.finance, claim, "approve"), 409, "wrong_state")
    assert (problem["state"], problem["allowed_actions"]) == ("draft", ["submit"])
    answer = desk.finance.post("registers", {"programme": haul.scene.code, "claim_ids": [claim.removeprefix("claims/")]})
    problem = refused(answer, 422, "register_refused")
    assert problem["errors"] == [{"pointer": "/claim_ids/0", "code": "wrong_state", "params": {"state": "draft"}}]
    refused(desk.finance.post("registers", {"programme": haul.scene.code}), 422, "register_refused")


def test_all_defects_come_back_in_the_readers_language(desk, haul, office):
    lapsed = haul.scale(until=AT.date().replace(day=1))
    haul.received(AT, [TONNE], scale_id=lapsed)
    office.accrue(AT)
    for hold in Hold.objects.all():
        payouts.lift_hold(actor=HOUSE, at=AT, hold_id=hold.pk, why="certificate seen")
    made = desk.collector.post("claims", form(haul.collector)).json()
    Hold.objects.update(lifted_at=None, lifted_why="")  # the certificate turned out to be forged
    path = f"claims/{made['id']}"
    act(desk.collector, path, "submit", PAPERS)
    assert act(desk.inspector, path, "verify").json()["reason"] == "calibration_expired"
    wrong = [one for one in desk.collector.get(path, Accept_Language="ru").json()["verdicts"] if not one["passed"]]
    assert [(one["rule"], one["severity"], one["title"], one["params"]["lines"]) for one in wrong] == [
        ("new_company", "flag", "Новая компания: период наблюдения", 2),
        ("calibration_expired", "hold", "Поверка весов просрочена", 2)]


def test_the_act_is_a_pdf(desk, claim):
    paper = desk.collector.get(f"{claim}/act.pdf", Accept="application/pdf")
    assert (paper.status_code, paper["Content-Type"], paper.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert paper["Content-Disposition"].endswith('.pdf"')
    refused(desk.stranger.get(f"{claim}/act.pdf"), 404, "not_found")


def test_a_register_as_a_file_and_the_banks_file_back(desk, haul, office, verified):
    payouts.set_payer(actor=office.finance, at=AT, programme=haul.scene.code, name="АО «Оператор»",
                      identity_number=cast.identity_number(), iban=cast.iban(), bic="KCJBKZKX", purpose="859")
    act(desk.finance, verified, "approve")
    path = f"registers/{desk.finance.post('registers', {'programme': haul.scene.code}).json()['id']}"
    refused(desk.finance.get(f"{path}/file"), 409, "wrong_state")
    act(desk.second, path, "approve")
    for form, media_type in (("pain001", "application/xml"), ("csv", "text/csv"), ("xlsx", XLSX)):
        got = desk.finance.get(f"{path}/file?form={form}", Accept=media_type)
        assert (got.status_code, got["Content-Type"]) == (200, media_type), got.content
    assert desk.finance.get(f"{path}/file?form=pdf").status_code == 400
    order = desk.finance.get(path).json()["orders"][0]["id"]
    sheet = f"order_id;status;bank_reference;reason\n{order};paid;{{}};\n"

    def send(body, content_type="text/csv"):
        return desk.finance.send("POST", f"{path}/bank-file", body.encode(), content_type=content_type,
                                 If_Match=tag(desk.finance, path), Idempotency_Key=str(uuid4()))

    refused(send(sheet, "application/json"), 415, "unsupported_media_type")
    bad = send(sheet.format(""))
    assert (bad.status_code, bad.json()["code"], codes(bad)) == (
        422, "bank_file_refused", {"/rows/2/bank_reference": "bank_reference_missing"})
    refused(send("<a/>", "application/xml"), 422, "bank_file_refused")
    assert send(sheet.format("BR-1")).json()["state"] == "settled"
    assert desk.collector.get(verified).json()["state"] == "paid"


def test_an_einvoice_number_is_used_once(desk, haul, verified):
    other = desk.recycler.post("claims", form(haul.recycler)).json()
    answer = act(desk.recycler, f"claims/{other['id']}", "submit", PAPERS)
    refused(answer, 409, "einvoice_reused")
    assert codes(answer) == {"/einvoice_number": "einvoice_reused"}


def test_returned_and_rejected_with_a_reason(desk, haul, verified):
    assert act(desk.inspector, verified, "return", {"reason": "x"}).status_code == 409
    assert desk.finance.post(f"{verified}/reject", {}, If_Match=tag(desk.finance, verified)).status_code == 400
    no = act(desk.finance, verified, "reject", {"reason": "phantom load"})
    assert (no.json()["state"], no.json()["reason"]) == ("rejected", "phantom load")
    other = f"claims/{desk.recycler.post('claims', form(haul.recycler)).json()['id']}"
    act(desk.recycler, other, "submit", PAPERS | {"act_number": "A-2", "einvoice_number": "ESF-2"})
    assert act(desk.inspector, other, "return", {"reason": "sign the act"}).json()["state"] == "returned"


def test_the_banks_no_and_a_bad_answer(desk, haul, verified):
    act(desk.finance, verified, "approve")
    path = f"registers/{desk.finance.post('registers', {'programme': haul.scene.code}).json()['id']}"
    order = desk.finance.get(path).json()["orders"][0]["id"]
    results = {"results": [{"order_id": order, "paid": False, "reason": "account closed"}]}
    refused(act(desk.finance, path, "results", results), 409, "wrong_state")  # nobody approved it yet
    act(desk.second, path, "approve")
    bad = act(desk.finance, path, "results", {"results": [{"order_id": order, "paid": True}]})
    assert codes(bad) == {"/results/0/bank_reference": "bank_reference_missing"}
    assert act(desk.finance, path, "results", results).json()["state"] == "settled"
    assert desk.collector.get(verified).json()["state"] == "approved"
    again = desk.finance.post("registers", {"programme": haul.scene.code}).json()
    orders = desk.finance.get(f"registers/{again['id']}").json()["orders"]
    assert orders[0]["reissue_of"] == order


def test_the_ledger_is_ones_own(desk, haul, verified):
    act(desk.finance, verified, "approve")
    mine = desk.collector.get("ledger").json()["items"]
    assert {one["contract_id"] for one in mine} == {str(haul.collector.contract_id)}
    assert sum(one["amount_tiyn"] for one in mine if one["account"] == "accrued") == 0
    everything = desk.auditor.get(f"ledger?programme={haul.scene.code}").json()["items"]
    assert sum(one["amount_tiyn"] for one in everything) == 0
    assert len(everything) == 2 * LedgerTransaction.objects.count()
    accounts = {one["kind"]: one["balance_tiyn"] for one in desk.collector.get("ledger/accounts").json()["items"]}
    assert accounts == {"accrued": 0, "approved": -COLLECTED}
    assert desk.stranger.get("ledger/accounts").json() == {"items": []}
    statement = desk.collector.get(f"contracts/{haul.collector.contract_id}/statement?month=2026-03").json()
    assert [(one["stage"], one["status"], one["amount_tiyn"]) for one in statement["items"]] == [
        ("collection", "claimed", 9_05 * 4325), ("transport", "claimed", 7_41 * 4325)]
    for phone in (desk.collector, desk.manager, desk.inspector):
        assert phone.get("registers").status_code == 403


def test_every_rule_is_public_in_three_languages(stranger):
    rules = stranger.get("payment-rules").json()["items"]
    assert {one["severity"] for one in rules} == {"hold", "block", "flag"}
    assert all(all(one["title"].values()) for one in rules)
    assert {"negative_stock", "capacity_exceeded", "calibration_expired"} <= {one["code"] for one in rules}
