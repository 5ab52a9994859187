"""Codes and sessions, with the clock handed in."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from collection.accounts import operations, steps
from collection.accounts.models import LoginCode, Session, User
from collection.accounts.operations import Opened, SessionOver, TooManyTries, WrongCode
from collection.accounts.queries import actor_of
from collection.audit.models import AuditLine
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from tests.collection.accounts.owner import AT, PHONE, Owner

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def stopped_clock(db):
    with frozen(AT):
        yield


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_opens_a_session_for_a_new_person(owner):
    opened = owner.enter(owner.ask())
    assert isinstance(opened, Opened)
    assert User.objects.get(pk=opened.user_id).phone == PHONE
    assert actor_of(opened.session_id).role == "newcomer"
    assert list(AuditLine.objects.order_by("id").values_list("verb", flat=True)) == ["code.request", "session.login"]


def test_the_house_keeps_no_code_and_no_token(owner):
    code = owner.ask()
    opened = owner.enter(code)
    kept = str(list(LoginCode.objects.values())) + str(list(Session.objects.values()))
    assert code not in kept and opened.refresh_token not in kept
    assert bytes(LoginCode.objects.get().code_hash) != code.encode()


def test_the_same_person_comes_back(owner):
    first = owner.enter(owner.ask())
    other = Owner()  # the same number on another phone
    again = other.enter(other.ask(AT + SECOND), AT + SECOND)
    assert again.user_id == first.user_id and again.session_id != first.session_id


def test_five_tries_and_no_more(owner):
    code = owner.ask()
    answers = [owner.enter(wrong(code)) for _ in range(5)]
    assert [answer.fields.get("tries_left") for answer in answers] == [4, 3, 2, 1, None]
    assert isinstance(answers[4], TooManyTries) and isinstance(owner.enter(code), TooManyTries)
    assert LoginCode.objects.get().tries == 5 and not Session.objects.exists()


@pytest.mark.parametrize("case", ["old", "other number", "other phone", "replaced", "never asked"])
def test_b63_a_code_is_for_one_number_one_phone_and_five_minutes(owner, case):
    code = owner.ask()
    if case == "old":
        answer = owner.enter(code, AT + timedelta(minutes=5))
    elif case == "other number":
        answer = owner.enter(code, phone="+77019999999")
    elif case == "other phone":
        answer = owner.enter(code, device=str(uuid4()))
    elif case == "replaced":
        while owner.ask(AT + SECOND) == code:
            pass
        answer = owner.enter(code, AT + SECOND)
    else:
        answer = Owner("+77017654321").enter(code)
    assert isinstance(answer, WrongCode)


def test_a_lost_answer_to_a_right_code_is_given_again_for_a_minute(owner):
    code = owner.ask()
    first = owner.enter(code)
    assert owner.enter(code, AT + 59 * SECOND) == first
    assert Session.objects.count() == 1
    assert isinstance(owner.enter(code, AT + 61 * SECOND), WrongCode)


def test_a_used_code_gives_nothing_once_its_session_was_refreshed(owner):
    code = owner.ask()
    owner.refresh(owner.enter(code).refresh_token)
    assert isinstance(owner.enter(code, AT + SECOND), WrongCode)


def test_limits_per_number_phone_network_prefix_and_money(owner, settings):
    settings.LOGIN_CODE_PER_NUMBER_HOUR = 2
    settings.LOGIN_CODE_PER_DEVICE_HOUR, settings.LOGIN_CODE_PER_PREFIX_HOUR = 3, 5
    settings.LOGIN_CODE_PER_NETWORK_HOUR = 7

    def refused(who: Owner, **options) -> bool:
        try:
            who.ask(**options)
        except operations.TooManyCodes as refusal:
            assert 60 <= refusal.fields["retry_after_s"] <= 3600
            return True
        return False

    assert [refused(owner) for _ in range(3)] == [False, False, True]
    elsewhere = Owner("+77081112233")
    elsewhere.device = owner.device
    assert [refused(elsewhere), refused(Owner("+77081112233"), network="10.0.1.0/24")] == [False, False]
    other = Owner("+77471112233")
    other.device = owner.device
    assert refused(other)  # the phone has had its three
    assert [refused(Owner(f"+7701123000{n}"), network=f"10.0.{n}.0/24") for n in range(4)] == [False] * 3 + [True]
    assert [refused(Owner(f"+7777{n}000000")) for n in range(4)] == [False] * 3 + [True]  # four before in this network
    assert not refused(owner, at=AT + timedelta(minutes=61))
    settings.SMS_DAILY_BUDGET_TIYN = settings.SMS_PRICE_TIYN * LoginCode.objects.count()
    assert refused(Owner("+77051112233"), at=AT + timedelta(hours=3))
    assert not refused(Owner("+77051112233"), at=AT + timedelta(hours=24))


def test_a_refusal_sends_nothing(owner, settings):
    settings.LOGIN_CODE_PER_NUMBER_HOUR = 0
    with pytest.raises(operations.TooManyCodes):
        owner.ask()
    assert not LoginCode.objects.exists() and not AuditLine.objects.exists()


# --- refresh families (B62) -----------------------------------------------------------------------------------------

@pytest.fixture
def opened(owner) -> Opened:
    return owner.enter(owner.ask())


def alive(opened: Opened) -> bool:
    return Session.objects.get(pk=opened.session_id).revoked_at is None


def test_a_token_is_replaced_at_each_use_and_prolongs_the_session(owner, opened):
    second = owner.refresh(opened.refresh_token, AT + timedelta(days=59))
    third = owner.refresh(second.refresh_token, AT + timedelta(days=118))
    assert len({opened.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert isinstance(owner.refresh(third.refresh_token, AT + timedelta(days=179)), SessionOver)


def test_b62_a_replayed_token_ends_the_family(owner, opened):
    second = owner.refresh(opened.refresh_token)
    assert isinstance(owner.refresh(opened.refresh_token, AT + 21 * SECOND), SessionOver)
    assert not alive(opened)
    assert isinstance(owner.refresh(second.refresh_token, AT + 22 * SECOND), SessionOver)
    assert AuditLine.objects.filter(verb="session.end_stolen").count() == 1


def test_b62_a_lost_answer_is_forgiven_for_twenty_seconds_on_the_same_phone(owner, opened):
    second = owner.refresh(opened.refresh_token)
    again = owner.refresh(opened.refresh_token, AT + 20 * SECOND)
    assert again.refresh_token == second.refresh_token and alive(opened)
    third = owner.refresh(second.refresh_token, AT + 20 * SECOND)
    assert isinstance(owner.refresh(opened.refresh_token, AT + 20 * SECOND), SessionOver)  # two steps back: a theft
    assert isinstance(owner.refresh(third.refresh_token, AT + 21 * SECOND), SessionOver)


def test_b62_another_phone_ends_the_family(owner, opened):
    assert isinstance(owner.refresh(opened.refresh_token, device=str(uuid4())), SessionOver)
    assert not alive(opened)


@pytest.mark.parametrize("token", ["", "x", "Ä", "A" * 86, "=" * 86])
def test_b62_a_made_up_token_harms_nobody(owner, opened, token):
    assert isinstance(owner.refresh(token), SessionOver)
    body = opened.refresh_token[:22] + "A" * 64  # the true session id with a made-up secret
    assert isinstance(owner.refresh(body), SessionOver)
    assert alive(opened)


# --- what a session is worth --------------------------------------------------------------------------------------

@pytest.fixture
def member(owner, opened):
    organisation = operations.register_organisation(
        actor=actor_of(opened.session_id), at=AT, session_id=opened.session_id, kind="company",
        identity_number="940240000221", name="Шина",
    )
    return organisation.id


def test_registering_makes_one_its_admin_at_once(opened, member):
    actor = actor_of(opened.session_id, request_id="r")
    assert (actor.organisation_id, actor.role, actor.request_id) == (member, "generator_admin", "r")


def test_removal_and_suspension_count_at_the_next_question(opened, member):
    operations.suspend_organisation(actor=HOUSE, at=AT, organisation_id=member, reason="x")
    assert actor_of(opened.session_id).role == "newcomer"
    operations.resume_organisation(actor=HOUSE, at=AT, organisation_id=member, reason="x")
    assert actor_of(opened.session_id).role == "generator_admin"
    admin = actor_of(opened.session_id)
    membership_id = operations.add_member(actor=admin, at=AT, phone="+77015554433", name="B", role="generator")
    operations.remove_member(actor=admin, at=AT, membership_id=membership_id)
    operations.suspend_user(actor=HOUSE, at=AT, user_id=opened.user_id, reason="x")
    assert actor_of(opened.session_id) is None


def test_a_suspended_person_gets_no_session(owner, opened):
    operations.suspend_user(actor=HOUSE, at=AT, user_id=opened.user_id, reason="x")
    assert isinstance(owner.enter(owner.ask(AT + SECOND), AT + SECOND), operations.AccountSuspended)
    assert isinstance(owner.refresh(opened.refresh_token, AT + SECOND), SessionOver)


def test_a_new_session_acts_for_the_organisation_last_acted_for(owner, opened, member):
    at = AT + SECOND
    first = actor_of(opened.session_id)
    other = uuid7(at)
    steps.add_organisation(id=other, kind="company", identity_number="210540000010", name="Б", at=at)
    steps.add_membership(id=uuid7(at), user_id=opened.user_id, organisation_id=other, role="driver", at=at)
    again = owner.enter(owner.ask(at), at)
    assert actor_of(again.session_id).organisation_id == first.organisation_id
    membership = User.objects.get().memberships.get(role="driver")
    acting = operations.act_for(actor=first, at=at, session_id=again.session_id, membership_id=membership.id)
    assert acting.role == "driver"
    assert actor_of(again.session_id).organisation_id == other


def test_old_codes_and_sessions_are_forgotten(owner, opened):
    assert operations.tidy(at=AT + timedelta(days=30)) == 0
    assert operations.tidy(at=AT + timedelta(days=30, seconds=1)) == 1 and not LoginCode.objects.exists()
    assert operations.tidy(at=AT + timedelta(days=150, seconds=1)) == 1 and not Session.objects.exists()
    assert User.objects.exists() and AuditLine.objects.count() == 2
