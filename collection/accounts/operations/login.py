"""Proving who one is: a code by SMS opens a session.

A verb that counts a guess (or, in `sessions`, ends a stolen session) *returns* its refusal instead of raising it: the
caller commits, so the count and the end stay, and then says no.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.calendar import ALMATY
from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, Refusal
from collection.kernel.words import Words
from notifications import contacts, outbox

from .. import steps
from ..phones import is_served
from ..states import CODE_LIVES, CODE_TRIES, LOGIN_GRACE
from ..tokens import new_code, secret_hash
from .sessions import Opened, safe

log = logging.getLogger(__name__)

SMS = Words(
    "Кіру коды: {code}. Оны ешкімге айтпаңыз.", "Код для входа: {code}. Никому его не сообщайте.",
    "Sign-in code: {code}. Tell it to nobody.",
)


class PhoneNotServed(Refusal):
    """Codes go to mobile numbers of Kazakhstan only."""

    code = "phone_not_served"
    kind = Kind.MALFORMED
    words = Words("Тек Қазақстанның ұялы нөмірлері (+7 7xx)", "Только мобильные номера Казахстана (+7 7xx)",
                  "Only mobile numbers of Kazakhstan (+7 7xx)")


class TooManyCodes(Refusal):
    """This number, phone, network or range of numbers has had its codes, or the day's SMS money is spent."""

    code = "too_many_codes"
    kind = Kind.TOO_MANY
    words = Words("Код тым жиі сұралды", "Слишком много запросов кода", "Too many codes were asked for")


class WrongCode(Refusal):
    """Wrong, old, used, or for another number or phone: the caller is not told which."""

    code = "wrong_code"
    kind = Kind.UNAUTHENTICATED
    words = Words("Код дұрыс емес немесе ескірген", "Код неверен или устарел", "The code is wrong or too old")


class TooManyTries(Refusal):
    code = "too_many_tries"
    kind = Kind.TOO_MANY
    words = Words("Әрекет саны таусылды, жаңа код сұраңыз", "Попытки исчерпаны, запросите новый код",
                  "No tries left: ask for a new code")


class AccountSuspended(Refusal):
    code = "account_suspended"
    kind = Kind.FORBIDDEN
    words = Words("Есептік жазба тоқтатылған", "Учётная запись приостановлена", "This account is suspended")


@dataclass(frozen=True, slots=True)
class CodeSent:
    """The same answer for every number, known or not."""

    expires_at: datetime


def request_code(*, actor: Actor, at: datetime, phone: str, device: str, network: str, language: str) -> CodeSent:
    """Send a six-digit code to `phone` (E.164), good for five minutes on the phone `device` only.

    Raises PhoneNotServed or TooManyCodes. Nobody is looked up, so the answer cannot tell whether the number is known.
    """
    if not is_served(phone):
        raise PhoneNotServed(defects=[Defect("/phone", "phone_not_served")])
    _refuse_beyond_limits(phone=phone, device=device, network=network, at=at)
    code_id, code, expires_at = uuid7(at), new_code(), at + CODE_LIVES
    execute(
        "INSERT INTO accounts_logincode (id, phone, device, network, code_hash, sent_at, expires_at, tries) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, 0)",
        [code_id, phone, device, network,
         safe().code_hash(code_id=code_id, phone=phone, device=device, code=code), at, expires_at],
    )
    audit.record(actor=actor, at=at, verb="code.request", object_type="login_code", object_id=code_id,
                 after={"channel": "sms", "expires_at": expires_at})
    outbox.message(channel="sms", address=phone, text=SMS.fill(code=code).in_language(language), language=language,
                   object_id=code_id, at=at, expires_at=expires_at)
    return CodeSent(expires_at=expires_at)


def _refuse_beyond_limits(*, phone: str, device: str, network: str, at: datetime) -> None:
    """Per hour and number, phone, network and prefix (the number without its last four digits), and money per day."""
    # Counting and sending are one step under this lock, or a burst of requests would all count before any has sent.
    execute("SELECT pg_advisory_xact_lock(hashtextextended('login codes', 2))")
    midnight = at.astimezone(ALMATY).replace(hour=0, minute=0, second=0, microsecond=0)
    found = rows(
        """
        SELECT count(*) FILTER (WHERE phone = %(phone)s) AS number,
               count(*) FILTER (WHERE device = %(device)s) AS device,
               count(*) FILTER (WHERE network = %(network)s) AS network,
               count(*) FILTER (WHERE left(phone, 8) = left(%(phone)s, 8)) AS prefix,
               min(sent_at) FILTER (WHERE phone = %(phone)s OR device = %(device)s) AS oldest,
               (SELECT count(*) FROM accounts_logincode WHERE sent_at >= %(midnight)s) AS today
        FROM accounts_logincode
        WHERE sent_at > %(hour)s AND (phone = %(phone)s OR device = %(device)s OR network = %(network)s
                                      OR left(phone, 8) = left(%(phone)s, 8))
        """,
        {"phone": phone, "device": device, "network": network, "midnight": midnight, "hour": at - timedelta(hours=1)},
    )[0]
    limits = {
        "number": settings.LOGIN_CODE_PER_NUMBER_HOUR, "device": settings.LOGIN_CODE_PER_DEVICE_HOUR,
        "network": settings.LOGIN_CODE_PER_NETWORK_HOUR, "prefix": settings.LOGIN_CODE_PER_PREFIX_HOUR,
    }
    reached = [name for name, limit in limits.items() if found[name] >= limit]
    if (found["today"] + 1) * settings.SMS_PRICE_TIYN > settings.SMS_DAILY_BUDGET_TIYN:
        reached.append("budget")
        log.error("the day's SMS budget of %d tiyn is spent", settings.SMS_DAILY_BUDGET_TIYN)
    if reached:
        log.warning("login code refused: %s", ", ".join(reached))
        wait = (found["oldest"] or at) + timedelta(hours=1) - at
        raise TooManyCodes(retry_after_s=max(int(wait.total_seconds()), 60))


def redeem_code(*, actor: Actor, at: datetime, phone: str, device: str, code: str,
                language: str = "ru") -> Opened | Refusal:
    """Open a session with the newest code sent to `phone` for `device`; a new number becomes a new person.

    Returns WrongCode, TooManyTries or AccountSuspended (the counted try must be committed). A repeat within a minute
    by the same phone gets the session it got before, unless that has been used since.
    """
    found = rows(
        "SELECT id, code_hash, tries, used_at, session_id FROM accounts_logincode "
        "WHERE phone = %s AND device = %s AND expires_at > %s ORDER BY sent_at DESC, id DESC LIMIT 1 FOR UPDATE",
        [phone, device, at],
    )
    if not found:
        return WrongCode()
    sent = found[0]
    if sent["tries"] >= CODE_TRIES:
        return TooManyTries(retry_after_s=60)
    right = hmac.compare_digest(
        bytes(sent["code_hash"]), safe().code_hash(code_id=sent["id"], phone=phone, device=device, code=code)
    )
    if not right:
        execute("UPDATE accounts_logincode SET tries = tries + 1 WHERE id = %s", [sent["id"]])
        left = CODE_TRIES - sent["tries"] - 1
        return WrongCode(tries_left=left) if left else TooManyTries(retry_after_s=60)
    secret = safe().first_secret(code_id=sent["id"], code=code)
    if sent["used_at"]:
        return _same_session(sent, secret, at) or WrongCode()
    user_id = steps.add_user(id=uuid7(at), phone=phone, name="", language=language, at=at)
    if rows("SELECT 1 FROM accounts_user WHERE id = %s AND suspended_at IS NOT NULL", [user_id]):
        return AccountSuspended()
    contacts.know(recipient_id=user_id, phone=phone, language=language)
    session_id, expires_at = uuid7(at), at + timedelta(days=settings.REFRESH_TOKEN_DAYS)
    steps.open_session(id=session_id, user_id=user_id, device=device, refresh_hash=secret_hash(secret), at=at,
                       expires_at=expires_at)
    execute("UPDATE accounts_logincode SET used_at = %s, session_id = %s WHERE id = %s", [at, session_id, sent["id"]])
    audit.record(actor=Actor(user_id, None, "newcomer", actor.request_id), at=at, verb="session.login",
                 object_type="session", object_id=session_id, after={"user_id": str(user_id), "expires_at": expires_at})
    return Opened(session_id, user_id, safe().token(session_id=session_id, secret=secret), expires_at)


def _same_session(sent: dict[str, Any], secret: bytes, at: datetime) -> Opened | None:
    if at - sent["used_at"] > LOGIN_GRACE:
        return None
    found = rows(
        "SELECT id, user_id, expires_at FROM accounts_session "
        "WHERE id = %s AND revoked_at IS NULL AND refresh_hash = %s",
        [sent["session_id"], secret_hash(secret)],
    )
    if not found:
        return None
    token = safe().token(session_id=found[0]["id"], secret=secret)
    return Opened(found[0]["id"], found[0]["user_id"], token, found[0]["expires_at"])
