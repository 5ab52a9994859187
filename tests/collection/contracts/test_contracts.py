"""From draft to closed: two persons, served areas, quotas, and what the database refuses by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from collection.accounts.models import Membership
from collection.audit.models import AuditLine, StateChange
from collection.contracts import queries
from collection.contracts.models import Contract, ContractCategory, ContractRegion, Programme, ServedArea
from collection.contracts.operations import (
    ContractNumberTaken,
    ProgrammeCodeTaken,
    approve_contracts,
    change_programme,
    close_contract,
    create_programme,
    draw_up_contracts,
    resume_contract,
    suspend_contract,
)
from collection.contracts.operations.drawing_up import is_iban
from collection.contracts.steps import Allot, allot
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.db import execute, transaction
from collection.kernel.refusals import NotFound, SamePerson, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words
from collection.registry.models import Base, Facility
from notifications.models import Notice
from tests.collection.contracts.cast import ALMATY_KATO, ASTANA_KATO, AT, contractor, draft, generator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_house_app")]


def draw_up(*contracts, actor=HOUSE):
    return draw_up_contracts(actor=actor, at=AT, contracts=contracts)


def approve(*ids, actor, version=None):
    return approve_contracts(actor=actor, at=AT, contract_ids=ids, version=version)


def defects(caught) -> list[tuple[str, str]]:
    return [(one.pointer, one.code) for one in caught.value.defects]


def test_a_draft_is_stored_as_agreed_and_serves_nobody_yet(programme, manager):
    new = draft()
    made = draw_up(new, actor=manager)[0]
    row = Contract.objects.get(pk=made.id)
    assert (row.state, row.drawn_up_by, row.approved_by, row.iban) == ("draft", manager.user_id, None, new.iban)
    assert (row.valid.lower, row.valid.upper) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (made.valid_from, made.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert set(ContractRegion.objects.values_list("region_id", flat=True)) == {ALMATY_KATO, ASTANA_KATO}
    assert [(one.category, one.quota_g, one.used_g, one.left_g) for one in made.categories] == [
        ("glass", 10**9, 0, 10**9), ("paper", 2 * 10**9, 0, 2 * 10**9)]
    assert not ServedArea.objects.exists()
    assert queries.contract(manager, made.id) == made
    line = AuditLine.objects.get(object_id=made.id)
    assert (line.verb, line.after["quotas_g"], line.after["state"]) == (
        "contract.create", {"glass": 10**9, "paper": 2 * 10**9}, "draft")


@pytest.mark.parametrize(("kind", "legs"), [
    ("collection", {"collection"}), ("recycling", {"recycling"}), ("full_cycle", {"collection", "recycling"}),
])
def test_approval_writes_what_dispatch_searches(programme, manager, finance, kind, legs):
    made = draw_up(draft(kind), actor=manager)[0]
    approved = approve(made.id, actor=finance, version=1)[0]
    assert (approved.state, approved.approved_by, approved.approved_at, approved.version) == (
        "active", finance.user_id, AT, 2)
    places = {"collection": Base, "recycling": Facility}
    assert set(ServedArea.objects.values_list("leg", "category_id", "region_id")) == {
        (leg, category, region) for leg in legs for category in ("glass", "paper")
        for region in (ALMATY_KATO, ASTANA_KATO)}
    for leg in legs:
        point = places[leg].objects.get().point
        assert {area.point.coords for area in ServedArea.objects.filter(leg=leg)} == {point.coords}
    changes = StateChange.objects.filter(object_id=made.id).order_by("id")
    assert [change.became for change in changes] == ["draft", "active"]
    told = Notice.objects.get(object_id=made.id)
    assert told.event == "contract.approve" and made.number in told.body_kk
    assert told.recipient_id in Membership.objects.filter(organisation=made.organisation_id).values_list(
        "user_id", flat=True)


def test_nobody_approves_what_they_drew_up(programme, manager, finance):
    first, second = draw_up(draft(), draft(), actor=manager)
    for both in ((first.id,), (second.id, first.id)):
        with pytest.raises(SamePerson):
            approve(*both, actor=manager)
    with pytest.raises(IntegrityError) as caught, transaction():  # and not by SQL either
        execute("UPDATE contracts_contract SET state = 'active', approved_by = drawn_up_by")
    assert caught.value.__cause__.sqlstate == "23514"
    assert caught.value.__cause__.diag.constraint_name == "contract_two_persons"
    assert not ServedArea.objects.exists()
    assert {one.state for one in approve(first.id, second.id, actor=finance)} == {"active"}


def test_approval_of_one_of_many_that_cannot_be_stops_all(programme, manager, finance):
    first, second = draw_up(draft(), draft(), actor=manager)
    approve(first.id, actor=finance)
    with pytest.raises(WrongState) as caught:
        approve(second.id, first.id, actor=finance)
    assert caught.value.fields == {"state": "active", "allowed_actions": ["suspend", "close"]}
    with pytest.raises(NotFound):
        approve(second.id, uuid4(), actor=finance)
    with pytest.raises(StaleVersion):
        approve(second.id, actor=finance, version=7)
    assert queries.contract(manager, second.id).state == "draft"


def test_the_life_of_a_contract(programme, manager, finance):
    made = draw_up(draft("collection"), actor=manager)[0]
    approve(made.id, actor=finance)
    for verb, state in ((suspend_contract, "suspended"), (resume_contract, "active"), (suspend_contract, "suspended"),
                        (close_contract, "closed")):
        version = queries.contract(manager, made.id).version
        assert verb(actor=manager, at=AT, contract_id=made.id, reason="check", version=version).state == state
        with pytest.raises(StaleVersion):
            verb(actor=manager, at=AT, contract_id=made.id, reason="check", version=version)
    for verb in (suspend_contract, resume_contract, close_contract):
        with pytest.raises(WrongState) as caught:
            verb(actor=manager, at=AT, contract_id=made.id, reason="x")
        assert caught.value.fields["allowed_actions"] == []
    assert ServedArea.objects.filter(contract=made.id).count() == 4  # eligibility reads the state
    assert list(AuditLine.objects.filter(object_id=made.id).order_by("seq").values_list("verb", flat=True)) == [
        "contract.create", "contract.approve", "contract.suspend", "contract.resume", "contract.suspend",
        "contract.close"]
    assert AuditLine.objects.filter(verb="contract.close").get().after == {"state": "closed", "reason": "check"}


@pytest.mark.parametrize("jump", ["draft>suspended", "draft>closed", "active>draft", "closed>active"])
def test_the_database_keeps_the_lifecycle(programme, manager, finance, jump):
    was, becomes = jump.split(">")
    made = draw_up(draft("collection"), actor=manager)[0]
    if was != "draft":
        approve(made.id, actor=finance)
    if was == "closed":
        close_contract(actor=manager, at=AT, contract_id=made.id, reason="x")
    with pytest.raises(IntegrityError) as caught, transaction():
        execute("UPDATE contracts_contract SET state = %s", [becomes])
    assert caught.value.__cause__.diag.constraint_name == "lifecycle"


def test_everything_wrong_with_a_contract_is_said_at_once(programme, manager):
    stranger = draft()
    good = draft("collection")
    wrong = replace(
        good, programme="none", organisation_id=stranger.organisation_id, iban="KZ00125KZT5004100100",
        valid_to=date(2025, 12, 31), cap_tiyn=-1, regions=("750000000", "999999999", "750000000"),
        categories=(("gold", 1), ("glass", 0), ("glass", 10**19)))
    with pytest.raises(Unprocessable) as caught:
        draw_up(wrong)
    assert defects(caught) == [
        ("/programme", "unknown_programme"), ("/iban", "iban_invalid"),
        ("/valid_to", "period_ends_before_it_starts"), ("/cap_tiyn", "out_of_range"), ("/base_id", "not_found"),
        ("/categories/0/category", "unknown_category"), ("/categories/1/quota_g", "out_of_range"),
        ("/categories/2/category", "duplicate"), ("/categories/2/quota_g", "out_of_range"),
        ("/regions/1", "unknown_region"), ("/regions/2", "duplicate"),
    ]
    with pytest.raises(Unprocessable) as caught:
        draw_up(good, replace(good, number="x", base_id=None, regions=(), categories=()))
    assert defects(caught) == [("/1/base_id", "required_for_kind"), ("/1/categories", "empty"), ("/1/regions", "empty")]
    assert not Contract.objects.exists()


def test_a_contract_is_for_a_registered_contractor_of_its_kind(programme, manager):
    collector, (shop, _) = contractor("collection"), generator()
    new = draft("full_cycle")
    for who in (collector.organisation_id, shop.organisation_id, uuid4()):
        with pytest.raises(Unprocessable) as caught:
            draw_up(replace(new, organisation_id=who))
        assert ("/organisation_id", "not_a_contractor") in defects(caught)


def test_a_number_is_used_once_in_a_programme(programme, manager):
    create_programme(actor=HOUSE, at=AT, code="other", name=Words("", "", ""), starts_on=date(2026, 1, 1))
    first = draft("collection")
    draw_up(first)
    with pytest.raises(ContractNumberTaken):
        draw_up(first)
    with pytest.raises(ContractNumberTaken) as caught:
        draw_up(*[replace(first, number="new")] * 2)
    assert len(caught.value.defects) == 2
    assert draw_up(replace(first, programme="other"))[0].number == first.number


@pytest.mark.parametrize(("text", "good"), [
    ("KZ86125KZT5004100100", True), ("kz86 125K ZT50 0410 0100", True), ("KZ86125KZT5004100101", False),
    ("DE89370400440532013000", False), ("KZ", False), ("", False), ("KZ８6125KZT5004100100", False),
    ("KZ86125KZT50041001000", False),
])
def test_accounts_are_of_banks_in_kazakhstan(text, good):
    assert is_iban(text) is good


def test_what_is_left_of_quota_and_cap(programme, manager, finance):
    made = draw_up(draft("collection"))[0]
    approve(made.id, actor=finance)
    load = uuid4()
    allot([
        Allot("quota", 400, "accepted", load, contract_id=made.id, category_id="glass"),
        Allot("quota", -150, "weighed", load, contract_id=made.id, category_id="glass"),
        Allot("cap", 777, "accrued", load, contract_id=made.id),
    ], at=AT)
    found = queries.contract(finance, made.id)
    assert [(one.category, one.used_g, one.left_g) for one in found.categories] == [
        ("glass", 250, 10**9 - 250), ("paper", 0, 2 * 10**9)]
    assert (found.cap_used_tiyn, found.cap_left_tiyn) == (777, 5 * 10**10 - 777)


def test_a_contractor_sees_its_own_contracts_and_a_stranger_none(programme, manager, finance):
    who = contractor("collection")
    mine, other = draw_up(draft("collection", who=who), draft("recycling"), actor=manager)
    assert [one.id for one in queries.contracts(who)] == [mine.id]
    for unseen in (other.id, uuid4()):
        with pytest.raises(NotFound):
            queries.contract(who, unseen)
    assert queries.contracts(Actor(uuid4(), uuid4(), "collector_admin")) == []
    assert {one.id for one in queries.contracts(finance)} == {mine.id, other.id}
    found = queries.contracts(finance, kind="recycling", state="draft", programme="live")
    assert [one.id for one in found] == [other.id]
    assert queries.contracts(finance, state="active") == []


def test_the_public_register_holds_contracts_in_force_and_no_bank_accounts(programme, manager, finance):
    first, _ = draw_up(draft("collection"), draft("recycling"))
    approve(first.id, actor=finance)
    found = queries.public_contracts("live")
    assert [(one.number, one.categories, one.valid_to) for one in found] == [
        (first.number, ("glass", "paper"), date(2026, 12, 31))]
    assert not hasattr(found[0], "iban") and queries.public_contracts("none") == []


def test_seventy_four_contracts_cost_as_many_statements_as_one(programme, manager, finance):
    new = draft("full_cycle")
    def run(n: int) -> tuple[int, int]:
        papers = [replace(new, number=f"{n}/{m}") for m in range(n)]
        with CaptureQueriesContext(connection) as drawing:
            ids = [one.id for one in draw_up(*papers, actor=manager)]
        with CaptureQueriesContext(connection) as approving:
            approve(*ids, actor=finance)
        return len(drawing), len(approving)
    assert run(1) == run(74)
    assert ServedArea.objects.count() == 75 * 2 * 2 * 2


@pytest.mark.parametrize("sql", [
    "UPDATE contracts_contractcategory SET quota_g = 0",
    "UPDATE contracts_contractcategory SET quota_g = -5",
    "UPDATE contracts_contract SET cap_tiyn = -1",
    "UPDATE contracts_contract SET base_id = NULL",
    "INSERT INTO contracts_contractcategory (contract_id, category_id, quota_g) "
    "SELECT contract_id, category_id, 5 FROM contracts_contractcategory",
    "INSERT INTO contracts_servedarea (programme_id, contract_id, leg, category_id, region_id, quota_g, point) "
    "SELECT programme_id, contract_id, leg, category_id, region_id, quota_g, point FROM contracts_servedarea",
    "UPDATE contracts_programme SET wave_size = 0",
    "UPDATE contracts_programme SET offer_life_s = 0",
])
def test_the_database_itself_refuses(programme, manager, finance, sql):
    approve(draw_up(draft("collection"))[0].id, actor=finance)
    with pytest.raises(IntegrityError), transaction():
        execute(sql)
    assert ContractCategory.objects.count() == 2


class TestProgrammes:
    def test_a_programme_is_made_and_found_by_its_code(self, programme, manager):
        made = create_programme(actor=manager, at=AT, code="next", name=Words("Келесі", "Следующая", "Next"),
                                starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 1), ceiling_tiyn=1)
        assert queries.programme_by_code("next") == made
        assert [one.code for one in queries.programmes()] == ["live", "next"]
        assert [one.code for one in queries.programmes(after="live", limit=5)] == ["next"]
        assert AuditLine.objects.get(object_id=made.id).actor_id == manager.user_id
        with pytest.raises(ProgrammeCodeTaken):
            create_programme(actor=manager, at=AT, code="next", name=Words("", "", ""), starts_on=date(2027, 1, 1))
        with pytest.raises(NotFound):
            queries.programme_by_code("none")

    def test_all_that_is_wrong(self, programme, manager):
        with pytest.raises(Unprocessable) as caught:
            create_programme(actor=manager, at=AT, code="x", name=Words("", "", ""), starts_on=date(2027, 1, 2),
                             ends_on=date(2027, 1, 1), offer_life_s=0, wave_size=21, ceiling_tiyn=-1, whole_payee="me")
        assert defects(caught) == [
            ("/offer_life_s", "out_of_range"), ("/wave_size", "out_of_range"), ("/ceiling_tiyn", "out_of_range"),
            ("/ends_on", "period_ends_before_it_starts"), ("/whole_payee", "not_a_choice")]

    def test_offers_and_ceiling_change_by_version(self, programme, manager):
        def change(**changes):
            return change_programme(actor=manager, at=AT, code="live", version=1, changes=changes)

        for wrong in ({}, {"wave_size": 0}, {"offer_life_s": 5}, {"ceiling_tiyn": 10**16}):
            with pytest.raises(Unprocessable):
                change(**wrong)
        changed = change(offer_life_s=60, ceiling_tiyn=5)
        assert (changed.offer_life_s, changed.ceiling_tiyn, changed.wave_size, changed.version) == (60, 5, 3, 2)
        line = AuditLine.objects.get(verb="programme.update")
        assert (line.before, line.after) == (
            {"offer_life_s": 900, "ceiling_tiyn": None}, {"offer_life_s": 60, "ceiling_tiyn": 5})
        with pytest.raises(StaleVersion):
            change(wave_size=1)
        with pytest.raises(NotFound):
            change_programme(actor=manager, at=AT, code="none", version=1, changes={"wave_size": 1})
        changed = change_programme(actor=manager, at=AT, code="live", version=2, changes={"ceiling_tiyn": None})
        assert changed.ceiling_tiyn is None
        assert Programme.objects.get().version == 3
