"""Rows in bulk are the rows one by one."""

from __future__ import annotations

from uuid import uuid4

import pytest

from collection.accounts import steps
from collection.accounts.models import Membership, Organisation, User
from collection.accounts.queries import recipients
from collection.kernel.ids import uuid7
from tests.collection.accounts.owner import AT

pytestmark = pytest.mark.django_db


def test_bulk_inserts_are_one_statement_and_skip_what_is_there(django_assert_num_queries):
    users = [steps.NewUser(uuid7(AT), f"+7701000{n:04d}", f"U{n}", "kk", AT) for n in range(100)]
    with django_assert_num_queries(1):
        assert steps.add_users(users) == 100
    assert steps.add_users(users) == 0
    assert steps.add_user(id=uuid7(AT), phone="+77010000000", name="X", language="ru", at=AT) == users[0].id
    assert User.objects.get(pk=users[0].id).name == "U0"


def test_organisations_and_memberships_say_whether_they_are_new():
    user = steps.add_user(id=uuid7(AT), phone="+77010000000", name="X", language="ru", at=AT)
    company = {"id": uuid7(AT), "kind": "company", "identity_number": "940240000221", "name": "A", "at": AT}
    assert steps.add_organisation(**company, synthetic=True) and Organisation.objects.get().synthetic
    assert not steps.add_organisation(**company | {"id": uuid7(AT)})
    member = {"user_id": user, "organisation_id": company["id"], "role": "driver", "at": AT}
    assert steps.add_membership(id=uuid7(AT), **member) and not steps.add_membership(id=uuid7(AT), **member)
    Membership.objects.update(removed_at=AT)
    assert steps.add_membership(id=uuid7(AT), **member)


def test_recipients_are_the_living_members(django_assert_num_queries):
    company, nobody = uuid7(AT), uuid4()
    steps.add_organisation(id=company, kind="company", identity_number="940240000221", name="A", at=AT)
    people = [steps.add_user(id=uuid7(AT), phone=f"+7701000000{n}", name="", language="ru", at=AT) for n in range(4)]
    for person, role in zip(people, ("driver", "collector_admin", "driver", "driver"), strict=True):
        steps.add_membership(id=uuid7(AT), user_id=person, organisation_id=company, role=role, at=AT)
    Membership.objects.filter(user_id=people[2]).update(removed_at=AT)
    User.objects.filter(pk=people[3]).update(suspended_at=AT)
    with django_assert_num_queries(1):
        assert recipients([company, nobody]) == {company: tuple(sorted(people[:2])), nobody: ()}
    assert recipients([company], ["driver"]) == {company: (people[0],)}
