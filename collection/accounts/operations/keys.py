"""API keys: how an organisation's weighbridge or ERP proves for whom it speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.db import execute
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, IdTaken, NotFound, Refusal, Unprocessable
from collection.kernel.words import Words

from ..models import ApiKey
from ..tokens import Safe, secret_hash

PER_ORGANISATION = 20
LONGEST = timedelta(days=366)
#: A lost answer may be asked for again so long, by whoever made the key, while nothing has used it.
AGAIN = timedelta(minutes=10)


class TooManyKeys(Refusal):
    """So many living keys and no more (`most`): revoke one."""

    code = "too_many_keys"
    words = Words("Ұйымда кілт тым көп", "У организации слишком много ключей", "The organisation has too many keys")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key and its token, which nobody can read again."""

    id: UUID
    token: str


def create_key(*, actor: Actor, at: datetime, name: str, scopes: Sequence[str], expires_at: datetime,
               id: UUID | None = None) -> NewKey:
    """A key of the actor's organisation, at once good for `scopes` (rights.SCOPES) until `expires_at`, a year at most.

    With the caller's own `id` a lost answer is given again for ten minutes. Errors: TooManyKeys; IdTaken; Unprocessable with
    `out_of_range` for the end.
    """
    assert actor.organisation_id is not None  # the table of rights lets only members here
    key_id = id or uuid7(at)
    token = Safe(settings.SECRET_KEY).key_token(key_id=key_id)
    before = ApiKey.objects.locked(pk=key_id).first()
    if before is not None:
        ours = (before.organisation_id, before.created_by) == (actor.organisation_id, actor.user_id)
        same = (before.name, before.scopes, before.expires_at) == (name, sorted(set(scopes)), expires_at)
        if ours and same and before.last_used_at is None and before.revoked_at is None and at - before.created_at <= AGAIN:
            return NewKey(key_id, token)
        raise IdTaken(defects=[Defect("/id", IdTaken.code)])
    if not at < expires_at <= at + LONGEST:
        raise Unprocessable(defects=[Defect("/expires_at", "out_of_range", {"max_days": LONGEST.days})])
    # One after the other, or two at once would both be the twentieth.
    execute("SELECT pg_advisory_xact_lock(hashtextextended('api keys ' || %s, 0))", [str(actor.organisation_id)])
    living = ApiKey.objects.filter(organisation_id=actor.organisation_id, revoked_at=None, expires_at__gt=at)
    if living.count() >= PER_ORGANISATION:
        raise TooManyKeys(most=PER_ORGANISATION)
    made = ApiKey.objects.create(
        id=key_id, organisation_id=actor.organisation_id, name=name, prefix=token[:11], secret_hash=secret_hash(token.encode()),
        scopes=sorted(set(scopes)), created_by=actor.user_id, created_at=at, expires_at=expires_at)
    audit.record(actor=actor, at=at, verb="key.create", object_type="key", object_id=key_id, after={
        "name": name, "prefix": made.prefix, "scopes": made.scopes, "expires_at": expires_at})
    return NewKey(key_id, token)


def revoke_key(*, actor: Actor, at: datetime, key_id: UUID) -> None:
    """The key is worth nothing from the next request on. Errors: NotFound (another's; revoked already)."""
    before = ApiKey.objects.locked(pk=key_id, organisation_id=actor.organisation_id, revoked_at=None).first()
    if before is None:
        raise NotFound
    ApiKey.objects.filter(pk=key_id).update(revoked_at=at)
    audit.record(actor=actor, at=at, verb="key.revoke", object_type="key", object_id=key_id,
                 before={"name": before.name, "prefix": before.prefix, "scopes": before.scopes}, after={"revoked_at": at})


def note_use(*, at: datetime, key_id: UUID) -> None:
    """The key was shown. Nobody's deed, so no line; `queries.key_seen` says when it is worth writing down."""
    ApiKey.objects.filter(pk=key_id).update(last_used_at=at)
