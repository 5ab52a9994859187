"""The funnel before a contract: applied for, verified, approved, signed, in force; times and reasons."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection

from collection.audit.models import AuditLine
from collection.contracts import operations as contracts, queries
from collection.contracts.models import Contract, ContractApplication
from collection.contracts.operations import Agreed, ApplicationOpen, Asked, NotSigned
from collection.contracts.operations.drawing_up import is_iban
from collection.kernel.actor import HOUSE
from collection.kernel.db import transaction
from collection.kernel.refusals import NotFound, SamePerson, Unprocessable, WrongState
from collection.registry import operations as registry
from notifications.models import Notice
from tests import cast
from tests.cast import ALMATY, AT, TONNE

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def scene(reference):
    return cast.Scene()


@pytest.fixture
def second(scene):
    return cast.member(scene.manager.organisation_id, "manager")


def company(scene):
    made = contracts.register_contractors(actor=scene.manager, at=AT, contractors=[contracts.NewContractor(
        contract_kind="collection", identity_number=cast.identity_number(), name="ТОО Жаңа", phone=cast.phone())])[0]
    who = cast.Actor(made.user_id, made.organisation_id, "collector_admin")
    base = registry.add_bases(actor=HOUSE, at=AT, bases=[registry.NewPlace(who.organisation_id, "База", *cast.away(5))])[0]
    return who, base.id


def asked(scene, base_id, **more):
    return Asked(**{"programme": scene.code, "kind": "collection", "valid_from": date(2026, 1, 1),
                    "valid_to": date(2026, 12, 31), "iban": cast.iban(), "categories": [("polymer", 100 * TONNE)],
                    "regions": [ALMATY], "base_id": base_id} | more)


def applied(scene, **more):
    who, base_id = company(scene)
    return who, contracts.apply_for_contract(actor=who, at=AT, asked=asked(scene, base_id, **more))


def test_from_the_application_to_a_contract_in_force(scene, second):
    who, one = applied(scene)
    assert (one.state, one.submitted_at, one.contract_id) == ("submitted", AT, None)
    contracts.verify_application(actor=scene.manager, at=AT + HOUR, application_id=one.id)
    agreed = Agreed("K-77", cap_tiyn=10**9, categories=[("polymer", 60 * TONNE)])
    with pytest.raises(SamePerson):
        contracts.approve_application(actor=scene.manager, at=AT + HOUR, application_id=one.id, agreed=agreed)
    approved = contracts.approve_application(actor=second, at=AT + 3 * HOUR, application_id=one.id, agreed=agreed)
    contract = queries.contract(who, approved.contract_id)
    assert (contract.state, contract.number, contract.cap_tiyn, contract.categories[0].quota_g) == (
        "draft", "K-77", 10**9, 60 * TONNE)
    with pytest.raises(NotSigned):  # by finance, but the contractor has not
        contracts.approve_contracts(actor=scene.finance, at=AT + 3 * HOUR, contract_ids=[contract.id])
    contracts.sign_application(actor=who, at=AT + 8 * HOUR, application_id=one.id)
    contracts.approve_contracts(actor=scene.finance, at=AT + 9 * HOUR, contract_ids=[contract.id])
    assert queries.contract(who, contract.id).state == "active"
    steps = {step.step: (step.reached, step.median_s, step.waiting) for step in queries.funnel(scene.code).steps}
    assert steps == {"submitted": (1, None, 0), "verified": (1, 3600, 0), "approved": (1, 7200, 0),
                     "signed": (1, 18_000, 1), "in_force": (1, 3600, 0)}
    verbs = AuditLine.objects.filter(object_id=one.id).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == [f"application.{step}" for step in ("submit", "verify", "approve", "sign")]
    events = set(Notice.objects.filter(recipient_id=who.user_id).values_list("event", flat=True))
    assert events >= {"application.verify", "application.approve", "application.sign"}


def test_refused_with_a_reason_from_every_step_and_counted(scene, second):
    for n, reason in enumerate(("papers_incomplete", "no_permit", "no_permit")):
        _, one = applied(scene)
        if n:
            contracts.verify_application(actor=scene.manager, at=AT + HOUR, application_id=one.id)
        if n == 2:
            contracts.approve_application(actor=second, at=AT + HOUR, application_id=one.id, agreed=Agreed("K-1"))
        refused = contracts.refuse_application(actor=second, at=AT + 2 * HOUR, application_id=one.id, reason=reason)
        assert (refused.state, refused.reason, refused.ended_at) == ("refused", reason, AT + 2 * HOUR)
    told = queries.funnel(scene.code)
    assert told.reasons == {"no_permit": 2, "papers_incomplete": 1}
    assert [(step.step, step.reached, step.refused) for step in told.steps] == [
        ("submitted", 3, 1), ("verified", 2, 1), ("approved", 1, 1), ("signed", 0, 0), ("in_force", 0, 0)]
    left = Contract.objects.get(number="K-1")  # drawn up, never signed: nobody can put it in force
    with pytest.raises(NotSigned):
        contracts.approve_contracts(actor=scene.finance, at=AT, contract_ids=[left.id])


def test_what_is_refused_by_words_alone(scene):
    _, one = applied(scene)
    for reason, words, code in (("because", "", "not_a_choice"), ("other", "", "words_needed")):
        with pytest.raises(Unprocessable) as caught:
            contracts.refuse_application(actor=scene.manager, at=AT, application_id=one.id, reason=reason, words=words)
        assert [defect.code for defect in caught.value.defects] == [code]


def test_everything_wrong_with_an_application_at_once(scene):
    who, _ = company(scene)
    with pytest.raises(Unprocessable) as caught:
        contracts.apply_for_contract(actor=who, at=AT, asked=asked(
            scene, None, iban="KZ00125KZT5004100100", regions=["999999999"], categories=[("gold", 1), ("polymer", 0)],
            valid_to=date(2025, 1, 1)))
    assert {(defect.pointer, defect.code) for defect in caught.value.defects} >= {
        ("/iban", "iban_invalid"), ("/base_id", "required_for_kind"), ("/regions/0", "unknown_region"),
        ("/valid_to", "period_ends_before_it_starts")}
    assert not ContractApplication.objects.exists()


def test_one_at_a_time_and_again_after_it_ended(scene):
    who, base_id = company(scene)
    first = contracts.apply_for_contract(actor=who, at=AT, asked=asked(scene, base_id))
    with pytest.raises(ApplicationOpen):
        contracts.apply_for_contract(actor=who, at=AT, asked=asked(scene, base_id))
    contracts.withdraw_application(actor=who, at=AT, application_id=first.id)
    with pytest.raises(WrongState):
        contracts.verify_application(actor=scene.manager, at=AT, application_id=first.id)
    contracts.apply_for_contract(actor=who, at=AT, asked=asked(scene, base_id))


def test_a_strangers_is_not_found(scene):
    _, one = applied(scene)
    other, _ = company(scene)
    with pytest.raises(NotFound):
        contracts.sign_application(actor=other, at=AT, application_id=one.id)
    with pytest.raises(NotFound):
        queries.application(other, one.id)


@pytest.mark.parametrize(("sql", "name"), [
    ("state = 'signed'", "lifecycle|may not go|application_"), ("state = 'verified'", "application_verified_at"),
    ("verified_by = id, approved_by = id", "application_two_persons"),
    ("state = 'refused', ended_at = now(), ended_in = 'submitted'", "application_refused_has_reason"),
])
def test_the_database_refuses_it_too(scene, sql, name):
    _, one = applied(scene)
    with pytest.raises(IntegrityError, match=name), transaction(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE contracts_contractapplication SET {sql} WHERE id = %s", [one.id])


@pytest.mark.parametrize(("iban", "valid"), [
    ("KZ86125KZT5004100100", True), ("kz86 125k zt50 0410 0100", True),
    ("KZ87125KZT5004100100", False),  # mod 97
    ("KZ86125KZT500410010", False), ("KZ86125KZT50041001000", False),  # length
    ("DE89370400440532013000", False), ("ΚΖ86125KZT5004100100", False), ("", False),
])
def test_an_account_of_a_bank_in_kazakhstan(iban, valid):
    assert is_iban(iban) is valid
