"""An authenticator app: in force by its first code, each code good once, guesses counted, ten ways in without it."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from django.db import connection

from collection.accounts import operations, queries
from collection.accounts.models import RecoveryCode, SecondFactor, Session
from collection.accounts.operations import AlreadyEnrolled, Confirmed, Given, TooManyTries, WrongCode
from collection.audit.models import AuditLine
from collection.kernel.clock import frozen
from collection.kernel.refusals import NotFound
from tests.collection.accounts.owner import AT, Owner

pytestmark = pytest.mark.django_db
HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def stopped_clock(db):
    with frozen(AT):
        yield


class Holder:
    """Somebody signed in, with the app on their phone."""

    def __init__(self, owner: Owner) -> None:
        self.session_id = owner.enter(owner.ask()).session_id
        self.actor = queries.actor_of(self.session_id)
        self.secret = operations.enrol_second_factor(actor=self.actor, at=AT).secret
        self.app = pyotp.TOTP(self.secret)

    def confirm(self, code: str | None = None, at=AT):
        return operations.confirm_second_factor(
            actor=self.actor, at=at, session_id=self.session_id, code=code or self.app.at(at))

    def give(self, code: str | None = None, at=AT):
        return operations.give_second_factor(
            actor=self.actor, at=at, session_id=self.session_id, code=code or self.app.at(at))

    def wrong(self, at=AT) -> str:
        real = {self.app.at(at + n * HALF_A_MINUTE) for n in (-1, 0, 1)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in real)


@pytest.fixture
def holder(owner) -> Holder:
    return Holder(owner)


def test_an_app_is_in_force_by_its_first_code(holder):
    assert queries.second_factor_of(holder.actor.user_id).confirmed_at is None
    with pytest.raises(NotFound):
        holder.give()  # nothing is in force yet
    assert operations.enrol_second_factor(actor=holder.actor, at=AT).secret == holder.secret  # a lost answer
    confirmed = holder.confirm()
    assert isinstance(confirmed, Confirmed) and len(set(confirmed.recovery_codes)) == 10
    assert Session.objects.get().second_factor_at == AT and SecondFactor.objects.get().confirmed_at == AT
    again = holder.confirm(holder.app.at(AT), AT + timedelta(seconds=20))  # the answer with the codes was lost
    assert again == confirmed and RecoveryCode.objects.count() == 10
    with pytest.raises(AlreadyEnrolled):
        holder.confirm(at=AT + timedelta(minutes=2))
    with pytest.raises(AlreadyEnrolled):
        operations.enrol_second_factor(actor=holder.actor, at=AT)
    assert list(AuditLine.objects.filter(verb__startswith="second_factor").order_by("seq").values_list("verb", flat=True)) == [
        "second_factor.enrol", "second_factor.confirm"]


def test_the_house_keeps_no_secret_and_no_code_as_it_is(holder):
    codes = holder.confirm().recovery_codes
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(secret, 'escape') FROM accounts_secondfactor UNION ALL "
                       "SELECT encode(code_hash, 'escape') FROM accounts_recoverycode UNION ALL "
                       "SELECT after::text FROM audit_auditline")
        kept = " ".join(str(row[0]) for row in cursor.fetchall())
    assert holder.secret not in kept and not any(code in kept for code in codes)


def test_a_code_is_good_once_and_for_a_minute_and_a_half(holder):
    holder.confirm()
    assert isinstance(holder.give(), WrongCode)  # the one that confirmed
    later = AT + timedelta(minutes=10)
    code = holder.app.at(later)
    assert isinstance(holder.give(code, later + HALF_A_MINUTE), Given)  # half a minute late
    assert isinstance(holder.give(code, later + HALF_A_MINUTE), WrongCode)
    assert isinstance(holder.give(holder.app.at(later - HALF_A_MINUTE), later), WrongCode)  # before the one that was used
    assert isinstance(holder.give(holder.app.at(later + 5 * HALF_A_MINUTE), later + 2 * HALF_A_MINUTE), WrongCode)
    given = holder.give(at=later + timedelta(minutes=2))
    assert given == Given(later + timedelta(minutes=17))


def test_five_guesses_and_a_pause(holder):
    holder.confirm()
    at = AT + timedelta(hours=1)
    answers = [holder.give(holder.wrong(at), at) for _ in range(5)]
    assert [type(one) for one in answers] == [WrongCode] * 4 + [TooManyTries]
    assert [one.fields.get("tries_left") for one in answers[:4]] == [4, 3, 2, 1]
    assert isinstance(holder.give(at=at), TooManyTries)  # even the right one
    assert isinstance(holder.give(at=at + timedelta(minutes=15)), Given)
    assert SecondFactor.objects.get().tries == 0


def test_a_recovery_code_is_good_once(holder):
    first, second, *_ = holder.confirm().recovery_codes
    assert isinstance(holder.give(first.lower()), Given) and isinstance(holder.give(first), WrongCode)
    assert queries.second_factor_of(holder.actor.user_id).recovery_codes_left == 9
    other = Holder(Owner("+77019998877"))
    other.confirm()
    assert isinstance(other.give(second), WrongCode)  # somebody else's
    operations.drop_second_factor(actor=holder.actor, at=AT)
    assert not RecoveryCode.objects.filter(factor_id=holder.actor.user_id).exists()
    assert Session.objects.get(pk=holder.session_id).second_factor_at is None
    with pytest.raises(NotFound):
        operations.drop_second_factor(actor=holder.actor, at=AT)
    fresh = operations.enrol_second_factor(actor=holder.actor, at=AT)
    assert fresh.secret != holder.secret and fresh.uri.startswith("otpauth://totp/Tonnage:%2B7")


def test_a_session_is_closed_from_another_device(owner):
    first, second = owner.enter(owner.ask()), None
    owner.device = "0e2cf7a6-3a0e-4d3f-9d2a-2d2c5f6d7a11"
    second = owner.enter(owner.ask(at=AT + timedelta(minutes=6)), at=AT + timedelta(minutes=6))
    actor = queries.actor_of(second.session_id)
    listed = queries.sessions_of(actor.user_id, current=second.session_id)
    assert [(one.id, one.current) for one in listed] == [(second.session_id, True), (first.session_id, False)]
    operations.revoke_session(actor=actor, at=AT + timedelta(minutes=7), session_id=first.session_id)
    assert queries.actor_of(first.session_id) is None and queries.actor_of(second.session_id) is not None
    stranger = queries.actor_of(Holder(Owner("+77019998877")).session_id)
    for person, session_id in ((actor, first.session_id), (stranger, second.session_id)):
        with pytest.raises(NotFound):
            operations.revoke_session(actor=person, at=AT + timedelta(minutes=8), session_id=session_id)
    assert AuditLine.objects.filter(verb="session.revoke", object_id=first.session_id).count() == 1
