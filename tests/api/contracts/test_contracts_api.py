"""Contracts and tariffs over HTTP: two persons, versions, roles, and everything that is wrong at once."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from collection.accounts.models import User
from collection.contracts.models import Contract, ServedArea, Tariff
from collection.contracts.steps import Allot, allot
from tests.api.phone import Phone, codes, identity_number
from tests.collection.contracts.cast import ALMATY_KATO, ASTANA, ASTANA_KATO, AT, IBAN

pytestmark = pytest.mark.django_db
POINT = {"type": "Point", "coordinates": list(ASTANA)}


@pytest.fixture
def collector(manager, sign_in) -> Phone:
    """A contractor registered by the manager, and its admin's phone."""
    made = manager.post("contractors", {"contract_kind": "full_cycle", "identity_number": identity_number(8000),
                                        "name": "Жинаушы", "phone": "+77051234567", "user_name": "Айгүл"})
    assert made.status_code == 201 and made.json()["roles"] == ["collector_admin", "recycler_admin"]
    assert str(User.objects.get(phone="+77051234567").id) == made.json()["user_id"]
    return sign_in("collector_admin", made.json()["organisation_id"])


@pytest.fixture
def paper(collector) -> dict:
    """A contract that would be accepted."""
    base = collector.post("bases", {"name": "Base", "point": POINT}).json()["id"]
    plant = collector.post("facilities", {"name": "Plant", "point": POINT}).json()["id"]
    return {
        "programme": "live", "organisation_id": str(collector.actor.organisation_id), "number": "F-1",
        "kind": "full_cycle", "valid_from": "2026-01-01", "valid_to": "2026-12-31", "cap_tiyn": 5_000_000_000,
        "iban": IBAN, "base_id": base, "facility_id": plant,
        "categories": [{"category": "glass", "quota_g": 10**9}], "regions": [ALMATY_KATO, ASTANA_KATO],
    }


@pytest.fixture
def contract(manager, paper) -> dict:
    made = manager.post("contracts", paper)
    assert made.status_code == 201, made.content
    return made.json()


def step(phone: Phone, contract: dict, verb: str, body=None, **headers):
    return phone.post(f"contracts/{contract['id']}/{verb}", body, **headers)


def tag(phone: Phone, contract: dict) -> str:
    return phone.get(f"contracts/{contract['id']}").headers["ETag"]


def test_from_draft_to_closed(manager, finance, collector, contract):
    assert (contract["state"], contract["allowed_actions"], contract["version"]) == ("draft", [], 1)
    assert contract["categories"] == [{"category": "glass", "quota_g": 10**9, "used_g": 0, "left_g": 10**9}]
    mine = collector.get(f"contracts/{contract['id']}")
    assert mine.json() == contract and collector.get("contracts").json()["items"] == [contract]
    assert finance.get(f"contracts/{contract['id']}").json()["allowed_actions"] == ["approve"]
    approved = step(finance, contract, "approve", If_Match=tag(finance, contract))
    assert (approved.status_code, approved.json()["state"]) == (200, "active")
    assert approved.headers["ETag"] == '"2-finance"' and ServedArea.objects.count() == 4
    for verb, state, after in (("suspend", "suspended", ["resume", "close"]),
                               ("resume", "active", ["suspend", "close"]), ("close", "closed", [])):
        done = step(manager, contract, verb, {"reason": "тексеру"}, If_Match=tag(manager, contract))
        assert (done.status_code, done.json()["state"], done.json()["allowed_actions"]) == (200, state, after)
    again = step(manager, contract, "close", {"reason": "x"}, If_Match=tag(manager, contract))
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert (again.json()["state"], again.json()["allowed_actions"]) == ("closed", [])


def test_b67_versions(finance, manager, contract):
    assert step(finance, contract, "approve").status_code == 428
    assert step(finance, contract, "approve", If_Match="*").status_code == 428
    for stale in ('"7-finance"', 'W/"1-finance"', '"1-manager"', "1", '"x"'):
        assert step(finance, contract, "approve", If_Match=stale).status_code == 412, stale
    assert Contract.objects.get().state == "draft"


def test_whoever_drew_it_up_may_not_approve_even_with_another_role(manager, finance, contract):
    Contract.objects.update(drawn_up_by=finance.actor.user_id)
    refused = step(finance, contract, "approve", If_Match='"1-finance"')
    assert (refused.status_code, refused.json()["code"]) == (403, "same_person")
    assert step(manager, contract, "approve", If_Match='"1-manager"').json()["code"] == "forbidden"


def test_what_is_used_shows_at_once(finance, contract):
    allot([Allot("quota", 250, "accepted", uuid4(), contract_id=contract["id"], category_id="glass"),
           Allot("cap", 5_000_000_001, "accrued", uuid4(), contract_id=contract["id"])], at=AT)
    found = finance.get(f"contracts/{contract['id']}", If_None_Match=tag(finance, contract))
    assert found.status_code == 200 and found.json()["categories"][0]["left_g"] == 10**9 - 250
    assert (found.json()["cap_used_tiyn"], found.json()["cap_left_tiyn"], found.json()["currency"]) == (
        5_000_000_001, -1, "KZT")


def test_a_strangers_contract_is_not_there(sign_in, contract, collector):
    stranger = sign_in("collector_admin")
    assert stranger.get(f"contracts/{contract['id']}").status_code == 404
    assert stranger.get("contracts").json()["items"] == []
    for role, status in (("generator", 403), ("driver", 403), ("support", 403), ("auditor", 200), ("inspector", 200)):
        assert sign_in(role).get(f"contracts/{contract['id']}").status_code == status, role
    assert collector.post("contracts", {}).status_code == 403
    assert step(collector, contract, "close", {"reason": "x"}, If_Match='"1-collector_admin"').status_code == 403


@pytest.mark.parametrize(("changes", "status", "defect"), [
    ({"cap_tiyn": -1}, 422, {"/cap_tiyn": "out_of_range"}),  # B72
    ({"valid_to": "2025-12-31"}, 422, {"/valid_to": "period_ends_before_it_starts"}),
    ({"categories": [{"category": "glass", "quota_g": 9_999_999_999_999_999_999}]}, 400,
     {"/categories/0/quota_g": "too_large"}),
    ({"categories": [{"category": "glass", "quota_g": 10**18}]}, 422, {"/categories/0/quota_g": "out_of_range"}),
    ({"categories": [{"category": "glass", "quota_g": 0}, {"category": "glass", "quota_g": -1}]}, 400,  # B5
     {"/categories/0/quota_g": "too_small", "/categories/1/quota_g": "too_small"}),
    ({"categories": [{"category": "glass", "quota_g": 2}, {"category": "glass", "quota_g": 1}]}, 422,
     {"/categories/1/category": "duplicate"}),
    ({"currency": "USD"}, 400, {"/currency": "unknown_field"}),
    ({"state": "active", "approved_by": str(uuid4())}, 400,
     {"/state": "unknown_field", "/approved_by": "unknown_field"}),
    ({"iban": "KZ00125KZT5004100100"}, 422, {"/iban": "iban_invalid"}),
    ({"iban": "DE89370400440532013000"}, 422, {"/iban": "iban_invalid"}),
    ({"iban": "KZ８６125KZT5004100100"}, 400, {"/iban": "wrong_format"}),
    ({"regions": ["999999999", ASTANA_KATO, ASTANA_KATO]}, 422,
     {"/regions/0": "unknown_region", "/regions/2": "duplicate"}),
    ({"organisation_id": str(uuid4()), "programme": "none"}, 422,
     {"/organisation_id": "not_a_contractor", "/programme": "unknown_programme", "/base_id": "not_found",
      "/facility_id": "not_found"}),
    ({"base_id": None, "regions": []}, 422, {"/base_id": "required_for_kind", "/regions": "empty"}),
    ({"valid_from": "2026-02-30", "kind": "both", "vat_payer": "true"}, 400,
     {"/valid_from": "not_a_date", "/kind": "not_a_choice", "/vat_payer": "not_a_boolean"}),
])
def test_b72_contracts_that_cannot_be(manager, paper, changes, status, defect):
    refused = manager.post("contracts", paper | changes)
    assert (refused.status_code, codes(refused)) == (status, defect)
    assert not Contract.objects.exists()


def test_a_number_twice(manager, paper, contract):
    refused = manager.post("contracts", paper)
    assert (refused.status_code, refused.json()["code"], codes(refused)) == (
        409, "contract_number_taken", {"/number": "contract_number_taken"})


def test_lists_are_filtered_and_paged(manager, paper, contract):
    second = manager.post("contracts", paper | {"number": "F-2"}).json()
    found = manager.get("contracts?state=draft&kind=full_cycle&programme=live").json()["items"]
    assert [one["id"] for one in found] == [contract["id"], second["id"]]
    assert manager.get("contracts?state=active").json()["items"] == []
    page = manager.get("contracts?limit=1").json()
    rest = manager.get(f"contracts?limit=1&cursor={page['next_cursor']}").json()
    assert [one["id"] for one in rest["items"]] == [second["id"]]
    assert manager.get("contracts?state=gone").status_code == 400


@pytest.mark.parametrize(("changes", "status", "defect"), [
    ({"phone": "+12025550123"}, 400, {"/phone": "phone_not_served"}),
    ({"phone": "87011234567"}, 400, {"/phone": "wrong_format"}),
    ({"identity_number": "111111111111"}, 400, {"/identity_number": "wrong_check_digit_or_structure"}),
    ({"contract_kind": "all", "kind": "person"}, 400, {"/contract_kind": "not_a_choice"}),
    ({"kind": "person"}, 400, {"/identity_number": "belongs_to_other_kind"}),
])
def test_contractors_that_cannot_be(manager, changes, status, defect):
    form = {"contract_kind": "collection", "identity_number": identity_number(9000), "name": "x",
            "phone": "+77051234567"}
    refused = manager.post("contractors", form | changes)
    assert (refused.status_code, codes(refused)) == (status, defect)


class TestProgrammes:
    def test_one_and_all(self, manager, sign_in):
        form = {"code": "next", "name": {"kk": "Келесі", "ru": "Следующая", "en": "Next"}, "starts_on": "2027-01-01",
                "ceiling_tiyn": 7}
        made = manager.post("programmes", form)
        assert (made.status_code, made.json()["offer_life_s"], made.json()["currency"]) == (201, 900, "KZT")
        newcomer = sign_in("newcomer")
        assert [one["code"] for one in newcomer.get("programmes").json()["items"]] == ["live", "next"]
        page = newcomer.get("programmes?limit=1").json()
        assert newcomer.get(f"programmes?limit=1&cursor={page['next_cursor']}").json()["items"] == [made.json()]
        assert newcomer.get("programmes/next").json()["name"] == form["name"]
        assert newcomer.get("programmes/none").status_code == newcomer.get("programmes/N%00").status_code == 404
        assert newcomer.post("programmes", form).status_code == 403
        assert manager.post("programmes", form).json()["code"] == "programme_code_taken"
        refused = manager.post("programmes", form | {
            "code": "Next!", "ends_on": "2026-01-01T00:00:00Z", "wave_size": "3", "name": {"kk": "x"}})
        assert codes(refused) == {"/code": "wrong_format", "/ends_on": "not_a_date", "/wave_size": "not_an_integer",
                                  "/name/ru": "required", "/name/en": "required"}
        refused = manager.post("programmes", form | {"code": "x", "ends_on": "2026-01-01", "wave_size": 21})
        assert (refused.status_code, codes(refused)) == (
            422, {"/ends_on": "period_ends_before_it_starts", "/wave_size": "out_of_range"})

    def test_changing_one(self, manager):
        one = manager.get("programmes/live")
        assert manager.send("PATCH", "programmes/live", {"wave_size": 5}).status_code == 428
        changed = manager.send("PATCH", "programmes/live", {"wave_size": 5, "ceiling_tiyn": None},
                               If_Match=one.headers["ETag"])
        assert (changed.status_code, changed.json()["wave_size"], changed.headers["ETag"]) == (200, 5, '"2-manager"')
        stale = manager.send("PATCH", "programmes/live", {"wave_size": 6}, If_Match=one.headers["ETag"])
        assert stale.status_code == 412
        for body, code in (({}, {"": "nothing_to_change"}), ({"offer_life_s": 1}, {"/offer_life_s": "out_of_range"})):
            refused = manager.send("PATCH", "programmes/live", body, If_Match='"2-manager"')
            assert (refused.status_code, codes(refused)) == (422, code)
        refused = manager.send("PATCH", "programmes/live", {"code": "x", "wave_size": None}, If_Match='"2-manager"')
        assert (refused.status_code, codes(refused)) == (400, {"/code": "unknown_field", "/wave_size": "null"})

    def test_prices_by_day(self, finance, sign_in):
        found = finance.get("programmes/live/tariffs?on=2024-12-31").json()["items"]
        assert {(one["category"], one["stage"]): one["coefficient"] for one in found}["metal", "collection"] == "0.21"
        assert len(found) == 17 and len(finance.get("programmes/live/tariffs").json()["items"]) == 18
        index = [finance.get(f"programmes/live/indexes?on={day}").json() for day in ("2024-12-31", "2025-01-01")]
        assert [one["indexes"][0]["tiyn"] for one in index] == [369_200, 393_200]
        assert [one["percent"] for one in finance.get("programmes/live/indexes").json()["vat"]] == ["12", "16"]
        assert finance.get("programmes/live/tariffs?on=yesterday").status_code == 400
        assert finance.get("programmes/none/tariffs").status_code == 404
        assert sign_in("driver").get("programmes/live/tariffs").status_code == 403

    def test_a_new_rate(self, manager, finance):
        form = {"category": "glass", "stage": "recycling", "coefficient": "1.5", "valid_from": "2099-01-01",
                "source": "x"}
        assert finance.post("programmes/live/tariffs", form).status_code == 403
        made = manager.post("programmes/live/tariffs", form)
        assert (made.status_code, made.json()["coefficient"], made.json()["valid_to"]) == (201, "1.5", None)
        open_row = Tariff.objects.get(category="glass", stage="recycling", valid__startswith__lt=date(2099, 1, 1))
        assert open_row.valid.upper == date(2099, 1, 1)

    @pytest.mark.parametrize(("changes", "status", "defect"), [
        ({"coefficient": "-1"}, 400, {"/coefficient": "wrong_format"}),  # B72
        ({"coefficient": 7.66}, 400, {"/coefficient": "not_text"}),
        ({"coefficient": "1e3"}, 400, {"/coefficient": "wrong_format"}),
        ({"coefficient": "٣"}, 400, {"/coefficient": "wrong_format"}),
        ({"coefficient": "7,66"}, 400, {"/coefficient": "wrong_format"}),
        ({"coefficient": "1.00001"}, 400, {"/coefficient": "wrong_format"}),
        ({"coefficient": "0"}, 422, {"/coefficient": "out_of_range"}),
        ({"coefficient": "9999"}, 422, {"/coefficient": "out_of_range"}),  # B73: no price may overflow
        ({"valid_from": "2025-01-01"}, 422, {"/valid_from": "prices_clash"}),
        ({"valid_to": "2098-01-01"}, 422, {"/valid_to": "period_ends_before_it_starts"}),
        ({"category": "gold", "currency": "USD"}, 400, {"/currency": "unknown_field"}),
        ({"category": "gold"}, 422, {"/category": "unknown_category"}),
        ({"stage": "burning"}, 400, {"/stage": "not_a_choice"}), ({"stage": None}, 400, {"/stage": "null"}),
    ])
    def test_b72_rates_that_cannot_be(self, manager, changes, status, defect):
        form = {"category": "glass", "stage": "recycling", "coefficient": "1.5", "valid_from": "2099-01-01",
                "source": "x"}
        refused = manager.post("programmes/live/tariffs", form | changes)
        assert (refused.status_code, codes(refused)) == (status, defect)
        assert Tariff.objects.count() == 18
