"""The second factor: an authenticator app (TOTP, RFC 6238), and ten recovery codes for whoever loses it.

A verb that counts a guess *returns* its refusal, so that the count is kept.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyotp

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.db import execute, rows
from collection.kernel.refusals import Kind, NotFound, Refusal
from collection.kernel.words import Words

from ..states import FACTOR_PAUSE, FACTOR_TRIES, LOGIN_GRACE, RECOVERY_CODES, STEP_UP_LIVES
from .login import TooManyTries, WrongCode
from .sessions import safe

ISSUER = "Tonnage"
STEP_S = 30


class AlreadyEnrolled(Refusal):
    """There is a confirmed app already; it is dropped before another is enrolled."""

    code = "second_factor_enrolled"
    kind = Kind.CONFLICT
    words = Words("Екінші фактор қосылған", "Второй фактор уже подключён", "A second factor is enrolled already")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """`secret` in base32, to be typed; `uri` for a QR code that the app reads."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    recovery_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """The session may do what moves money until `good_until`."""

    good_until: datetime


def enrol_second_factor(*, actor: Actor, at: datetime) -> Enrolment:
    """Make a secret for the person's app; not in force until a code of it is given. Asked again: the same secret.

    Errors: AlreadyEnrolled.
    """
    found = _factor(actor)
    if found and found["confirmed_at"]:
        raise AlreadyEnrolled
    if found:
        return _enrolment(actor, _secret(found))
    secret = pyotp.random_base32()
    execute("INSERT INTO accounts_secondfactor (user_id, secret, created_at, last_step, tries) VALUES (%s, %s, %s, 0, 0)",
            [actor.user_id, safe().encrypted(secret.encode()), at])
    audit.record(actor=actor, at=at, verb="second_factor.enrol", object_type="user", object_id=_user(actor),
                 after={"second_factor": "enrolled"})
    return _enrolment(actor, secret)


def confirm_second_factor(*, actor: Actor, at: datetime, session_id: Any, code: str) -> Confirmed | Refusal:
    """Put the app in force by its first code; the ten recovery codes are shown this once.

    A phone that lost the answer may ask again within a minute with the same code. Errors: NotFound (nothing enrolled),
    AlreadyEnrolled; returns WrongCode or TooManyTries.
    """
    found = _factor(actor)
    if found is None:
        raise NotFound
    secret = _secret(found)
    codes = safe().recovery_codes(secret=secret, count=RECOVERY_CODES)
    if found["confirmed_at"]:
        repeated = at - found["confirmed_at"] <= LOGIN_GRACE and _is_code(secret, code, found["last_step"])
        if not repeated:
            raise AlreadyEnrolled
        return Confirmed(tuple(codes))
    refusal = _guess(actor, at, found, code)
    if refusal:
        return refusal
    execute("UPDATE accounts_secondfactor SET confirmed_at = %s WHERE user_id = %s", [at, actor.user_id])
    execute("INSERT INTO accounts_recoverycode (factor_id, code_hash) SELECT %s, unnest(%s::bytea[])",
            [actor.user_id, [safe().recovery_hash(user_id=_user(actor), code=one) for one in codes]])
    _open(session_id, at)
    audit.record(actor=actor, at=at, verb="second_factor.confirm", object_type="user", object_id=_user(actor),
                 before={"second_factor": "enrolled"}, after={"second_factor": "in force"})
    return Confirmed(tuple(codes))


def give_second_factor(*, actor: Actor, at: datetime, session_id: Any, code: str) -> Given | Refusal:
    """Open this session for what moves money, for fifteen minutes, with a code of the app or a recovery code.

    Errors: NotFound (nothing enrolled); returns WrongCode (a code of the app is good once) or TooManyTries.
    """
    found = _factor(actor)
    if found is None or not found["confirmed_at"]:
        raise NotFound
    refusal = _guess(actor, at, found, code)
    if refusal:
        return refusal
    _open(session_id, at)
    audit.record(actor=actor, at=at, verb="second_factor.give", object_type="session", object_id=session_id,
                 after={"by": "recovery code" if "-" in code else "app"})
    return Given(at + STEP_UP_LIVES)


def drop_second_factor(*, actor: Actor, at: datetime) -> None:
    """Forget the app and its recovery codes, to enrol another. Errors: NotFound."""
    execute("DELETE FROM accounts_recoverycode WHERE factor_id = %s", [actor.user_id])
    if not execute("DELETE FROM accounts_secondfactor WHERE user_id = %s", [actor.user_id]):
        raise NotFound
    execute("UPDATE accounts_session SET second_factor_at = NULL WHERE user_id = %s", [actor.user_id])
    audit.record(actor=actor, at=at, verb="second_factor.drop", object_type="user", object_id=_user(actor),
                 before={"second_factor": "in force"})


def _user(actor: Actor) -> Any:
    assert actor.user_id
    return actor.user_id


def _factor(actor: Actor) -> dict[str, Any] | None:
    found = rows("SELECT secret, confirmed_at, last_step, tries, tries_from FROM accounts_secondfactor "
                 "WHERE user_id = %s FOR UPDATE", [actor.user_id])
    return found[0] if found else None


def _secret(found: dict[str, Any]) -> str:
    return safe().decrypted(bytes(found["secret"])).decode()


def _enrolment(actor: Actor, secret: str) -> Enrolment:
    [person] = rows("SELECT phone FROM accounts_user WHERE id = %s", [actor.user_id])
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=person["phone"], issuer_name=ISSUER))


def _guess(actor: Actor, at: datetime, found: dict[str, Any], code: str) -> Refusal | None:
    """None for a right code, which is then used up; else the refusal, with the try counted."""
    paused = found["tries_from"] and at - found["tries_from"] < FACTOR_PAUSE
    if paused and found["tries"] >= FACTOR_TRIES:
        return TooManyTries(retry_after_s=max(int((found["tries_from"] + FACTOR_PAUSE - at).total_seconds()), 1))
    step = _step(_secret(found), code, at, after=found["last_step"])
    if step is not None:
        execute("UPDATE accounts_secondfactor SET last_step = %s, tries = 0, tries_from = NULL WHERE user_id = %s",
                [step, actor.user_id])
        return None
    if "-" in code and execute(
            "UPDATE accounts_recoverycode SET used_at = %s WHERE factor_id = %s AND code_hash = %s AND used_at IS NULL",
            [at, actor.user_id, safe().recovery_hash(user_id=_user(actor), code=code.upper())]):
        execute("UPDATE accounts_secondfactor SET tries = 0, tries_from = NULL WHERE user_id = %s", [actor.user_id])
        return None
    tries = found["tries"] + 1 if paused else 1
    execute("UPDATE accounts_secondfactor SET tries = %s, tries_from = coalesce(%s, %s) WHERE user_id = %s",
            [tries, found["tries_from"] if paused else None, at, actor.user_id])
    audit.record(actor=actor, at=at, verb="second_factor.guess", object_type="user", object_id=_user(actor),
                 after={"wrong_codes": tries})
    return WrongCode(tries_left=FACTOR_TRIES - tries) if tries < FACTOR_TRIES else TooManyTries(
        retry_after_s=int(FACTOR_PAUSE.total_seconds()))


def _step(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """Which thirty seconds this is the code of, half a minute early or late; never one that was used, or an earlier one."""
    here = int(at.timestamp()) // STEP_S
    return next((step for step in (here, here - 1, here + 1) if step > after and _is_code(secret, code, step)), None)


def _is_code(secret: str, code: str, step: int) -> bool:
    return hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step), code) if code.isascii() else False


def _open(session_id: Any, at: datetime) -> None:
    execute("UPDATE accounts_session SET second_factor_at = %s WHERE id = %s", [at, session_id])
