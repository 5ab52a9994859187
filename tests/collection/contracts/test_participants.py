"""Generators enrol themselves, contractors are registered; nobody takes another's number."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collection.accounts.models import Membership, Organisation, Session, User
from collection.accounts.operations import IdentityNumberInvalid, OrganisationExists, PhoneNotServed
from collection.accounts.steps import open_session
from collection.audit.models import AuditLine
from collection.contracts.models import Enrolment
from collection.contracts.operations import (
    AlreadyEnrolled,
    NewContractor,
    NewGenerator,
    NewSite,
    create_programme,
    register_contractors,
    register_generators,
)
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Unprocessable
from collection.kernel.words import Words
from collection.registry.models import Generator, Site
from collection.registry.operations import OutsideCountry
from notifications.models import Notice
from tests.cast import identity_number, person, phone
from tests.collection.contracts.cast import ALMATY, ALMATY_KATO, ASTANA, AT, iin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_house_app")]


def new(**more) -> NewGenerator:
    return NewGenerator(**{"programme": "live", "kind": "company", "identity_number": identity_number(),
                           "name": "Дүкен ЖШС"} | more)


def register(*generators: NewGenerator, actor: Actor = HOUSE, **more):
    return register_generators(actor=actor, at=AT, generators=generators, **more)


def defects(caught) -> list[tuple[str, str]]:
    return [(one.pointer, one.code) for one in caught.value.defects]


def test_a_newcomer_becomes_a_generator_with_a_site(programme):
    user, session = person(), uuid7(AT)
    open_session(id=session, user_id=user, device="phone", refresh_hash=b"x" * 32, at=AT, expires_at=AT)
    actor = Actor(user, None, "newcomer")
    made = register(new(user_id=user, site=NewSite("Дүкен", *ALMATY)), actor=actor, session_id=session)[0]
    organisation = Organisation.objects.get(pk=made.organisation_id)
    assert (organisation.name, organisation.kind, organisation.synthetic) == ("Дүкен ЖШС", "company", False)
    membership = Membership.objects.get(organisation=organisation)
    assert (membership.user_id, membership.role) == (user, "generator_admin")
    assert Session.objects.get(pk=session).membership_id == membership.id  # and acts for it at the next request
    assert Generator.objects.get(pk=organisation.id).registered_at == AT
    assert Site.objects.get(organisation=organisation).id == made.site.id
    enrolment = Enrolment.objects.get(generator=organisation)
    assert (enrolment.programme_id, enrolment.region_id) == (programme.id, ALMATY_KATO)
    line = AuditLine.objects.get(object_id=organisation.id)
    assert (line.verb, line.actor_id, line.after["kato"]) == ("generator.register", user, made.site.kato)
    assert "name" not in line.after
    assert Notice.objects.get(recipient_id=user).event == "generator.registered"


def test_a_person_by_iin_without_a_site(programme):
    made = register(new(kind="person", identity_number=iin(), user_id=person()))[0]
    assert made.site is None and Enrolment.objects.get(generator=made.organisation_id).region_id is None


def test_everything_of_a_synthetic_programme_is_synthetic(programme):
    create_programme(actor=HOUSE, at=AT, code="replay", name=Words("", "", ""), starts_on=date(2024, 1, 1),
                     synthetic=True)
    made = register(new(programme="replay", phone=phone()))[0]
    assert Organisation.objects.get(pk=made.organisation_id).synthetic


def test_b75_wrong_numbers_are_all_named(programme):
    good = identity_number()
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    with pytest.raises(IdentityNumberInvalid) as caught:
        register(new(identity_number=wrong, phone=phone()), new(identity_number=good[:-1], phone="+77272000000"),
                 new(kind="person", phone=phone()), new(phone=phone()))
    assert defects(caught) == [
        ("/0/identity_number", "wrong_check_digit_or_structure"),
        ("/1/identity_number", "wrong_check_digit_or_structure"),
        ("/2/identity_number", "belongs_to_other_kind"), ("/1/phone", "phone_not_served"),
    ]
    with pytest.raises(PhoneNotServed):
        register(new(phone="+12025550123"))
    assert not Organisation.objects.exists() and not User.objects.exists()


def test_b75_a_number_that_exists_is_refused_without_saying_whose(programme):
    first = new(phone=phone())
    register(first)
    with pytest.raises(OrganisationExists) as caught:
        register(new(phone=phone()), replace(first, phone=phone(), name="Thief"))
    assert defects(caught) == [("/1/identity_number", "organisation_exists")] and not caught.value.fields
    with pytest.raises(OrganisationExists) as caught:
        register(*[new(phone=phone(), identity_number=identity_number())] * 2)
    assert defects(caught) == [
        ("/0/identity_number", "organisation_exists"), ("/1/identity_number", "organisation_exists")]


def test_ones_own_organisation_enrols_in_a_second_programme_but_not_twice(programme):
    create_programme(actor=HOUSE, at=AT, code="second", name=Words("", "", ""), starts_on=date(2026, 1, 1))
    user = person()
    first = new(user_id=user)
    organisation = register(first)[0].organisation_id
    again = register(replace(first, programme="second", site=NewSite("x", *ASTANA)))[0]
    assert again.organisation_id == organisation and Membership.objects.count() == 1
    assert Enrolment.objects.filter(generator=organisation).count() == 2
    with pytest.raises(AlreadyEnrolled):
        register(first)
    Membership.objects.update(removed_at=AT)  # no longer theirs
    with pytest.raises(OrganisationExists):
        register(replace(first, programme="second"))


def test_nobody_enrols_in_a_programme_that_is_over_or_unknown(programme):
    create_programme(actor=HOUSE, at=AT, code="past", name=Words("", "", ""), starts_on=date(2024, 1, 1),
                     ends_on=date(2025, 12, 31))
    with pytest.raises(Unprocessable) as caught:
        register(new(programme="past", phone=phone()), new(phone=phone()), new(programme="none", phone=phone()))
    assert defects(caught) == [("/0/programme", "programme_is_over"), ("/2/programme", "unknown_programme")]


def test_a_site_abroad_stops_everything(programme):
    with pytest.raises(OutsideCountry) as caught:
        register(new(phone=phone(), site=NewSite("x", *ALMATY[::-1])))
    assert caught.value.defects[0].pointer == "/site/point" and caught.value.defects[0].params == {"hint": "swapped"}
    assert not Enrolment.objects.exists()


def test_1725_generators_in_one_call(programme):
    with CaptureQueriesContext(connection) as one:
        register(new(phone=phone(), site=NewSite("x", *ALMATY)))
    many = [new(phone=phone(), site=NewSite("x", *(ALMATY if n % 2 else ASTANA))) for n in range(1725)]
    started = time.monotonic()
    with CaptureQueriesContext(connection) as thousands:
        made = register(*many)
    seconds = time.monotonic() - started
    assert len(made) == len({one.organisation_id for one in made}) == 1725
    assert len(thousands) == len(one), "as many statements for 1,725 as for one"
    assert Enrolment.objects.count() == Site.objects.count() == Generator.objects.count() == 1726
    assert AuditLine.objects.filter(verb="generator.register").count() == 1726
    print(f"1,725 generators: {seconds:.2f} s, {len(thousands)} statements")
    assert seconds < 10


@pytest.mark.parametrize(("kind", "roles"), [
    ("collection", ["collector_admin"]), ("recycling", ["recycler_admin"]),
    ("full_cycle", ["collector_admin", "recycler_admin"]),
])
def test_a_contractor_gets_the_roles_of_its_contracts(programme, manager, kind, roles):
    made = register_contractors(actor=manager, at=AT, contractors=[
        NewContractor(kind, identity_number(), "Жинаушы ЖШС", phone(), "Айгүл", "kk")])[0]
    assert sorted(Membership.objects.filter(organisation=made.organisation_id).values_list("role", flat=True)) == roles
    user = User.objects.get(pk=made.user_id)
    assert (user.name, user.language) == ("Айгүл", "kk")
    assert AuditLine.objects.get(object_id=made.organisation_id).verb == "contractor.register"
    assert Notice.objects.get(recipient_id=user.id).event == "contractor.registered"


def test_a_contractor_may_hand_over_waste_of_its_own(programme, manager):
    number = identity_number()
    made = register_contractors(actor=manager, at=AT, contractors=[
        NewContractor("collection", number, "x", phone())])[0]
    enrolled = register(new(identity_number=number, user_id=made.user_id))[0]
    assert enrolled.organisation_id == made.organisation_id
    roles = Membership.objects.filter(user=made.user_id).values_list("role", flat=True)
    assert sorted(roles) == ["collector_admin", "generator_admin"]


def test_a_contractors_defects_are_all_named(programme, manager):
    good = NewContractor("collection", identity_number(), "x", phone())
    with pytest.raises(IdentityNumberInvalid) as caught:
        register_contractors(actor=manager, at=AT, contractors=[replace(good, identity_number="1" * 12, phone="+7")])
    assert defects(caught) == [("/identity_number", "wrong_check_digit_or_structure"), ("/phone", "phone_not_served")]
    register_contractors(actor=manager, at=AT, contractors=[good])
    with pytest.raises(OrganisationExists):
        register_contractors(actor=manager, at=AT, contractors=[replace(good, phone=phone())])
