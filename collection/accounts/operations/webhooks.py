"""Where an organisation's own systems hear what changed. The rows and the sending are `notifications`'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal, StaleVersion
from collection.kernel.words import Words
from notifications import webhooks
from notifications.channels.destinations import Refused, judge
from notifications.webhooks import Webhook


class WebhookAddressRefused(Refusal):
    """Not an https address with a name in the public internet (rule B71); the defect says which."""

    code = "webhook_address_refused"
    kind = Kind.MALFORMED
    words = Words("Веб-хук мекенжайы жалпыға қолжетімді https мекенжайы болуы керек",
                  "Адрес вебхука должен быть общедоступным адресом https",
                  "A webhook needs a public https address")


class TooManyWebhooks(Refusal):
    code = "too_many_webhooks"
    words = Words("Ұйымда веб-хук тым көп", "У организации слишком много вебхуков", "The organisation has too many webhooks")


class WebhookIsOff(Refusal):
    """It was switched off, by hand or after failures: nothing is sent until it is switched on."""

    code = "webhook_is_off"
    words = Words("Веб-хук өшірулі", "Вебхук отключён", "The webhook is switched off")


def create_webhook(*, actor: Actor, at: datetime, url: str, events: Sequence[str]) -> Webhook:
    """From now on `url` hears of these events. Raises WebhookAddressRefused, TooManyWebhooks."""
    assert actor.organisation_id is not None and actor.user_id is not None  # the table of rights lets only admins here
    _judge(url)
    webhook_id = webhooks.add(organisation_id=actor.organisation_id, owner_id=actor.user_id, url=url, at=at,
                              events=sorted(set(events)))
    if webhook_id is None:
        raise TooManyWebhooks(most=webhooks.PER_ORGANISATION)
    return _recorded(actor, at, "webhook.create", webhook_id, {"events": sorted(set(events))})


def change_webhook(*, actor: Actor, at: datetime, webhook_id: UUID, version: int, url: str | None = None,
                   events: Sequence[str] | None = None, enabled: bool | None = None) -> Webhook:
    """Another address, other events, on or off. Raises NotFound, StaleVersion, WebhookAddressRefused."""
    assert actor.user_id is not None
    before = _own(actor, webhook_id)
    if url is not None:
        _judge(url)
    if not webhooks.change(webhook_id=webhook_id, version=version, owner_id=actor.user_id, url=url, enabled=enabled, at=at,
                           events=None if events is None else sorted(set(events))):
        raise StaleVersion
    said = {"url_changed": url is not None, "events": events, "enabled": enabled}
    return _recorded(actor, at, "webhook.change", webhook_id,
                     {name: value for name, value in said.items() if value is not None},
                     {"events": before.events, "enabled": before.disabled_at is None})


def remove_webhook(*, actor: Actor, at: datetime, webhook_id: UUID) -> None:
    """Nothing goes there any more."""
    before = _own(actor, webhook_id)
    webhooks.remove(webhook_id=webhook_id, at=at)
    audit.record(actor=actor, at=at, verb="webhook.remove", object_type="webhook", object_id=webhook_id,
                 before={"events": before.events, "enabled": before.disabled_at is None})


def rotate_webhook_secret(*, actor: Actor, at: datetime, webhook_id: UUID, version: int) -> Webhook:
    """A new secret; for a day both sign. Raises NotFound, StaleVersion."""
    _own(actor, webhook_id)
    if not webhooks.rotate(webhook_id=webhook_id, version=version, at=at):
        raise StaleVersion
    return _recorded(actor, at, "webhook.rotate_secret", webhook_id, {"both_sign_until": at + webhooks.OVERLAP})


def try_webhook(*, actor: Actor, at: datetime, webhook_id: UUID) -> UUID:
    """Send it a `webhook.test`; the delivery's id. Raises NotFound, WebhookIsOff."""
    if _own(actor, webhook_id).disabled_at is not None:
        raise WebhookIsOff
    delivery_id = webhooks.test(webhook_id=webhook_id, at=at)
    audit.record(actor=actor, at=at, verb="webhook.test", object_type="webhook", object_id=webhook_id,
                 after={"delivery": str(delivery_id)})
    return delivery_id


def replay_webhook(*, actor: Actor, at: datetime, webhook_id: UUID, since: datetime | None = None,
                   delivery_ids: Sequence[UUID] = ()) -> int:
    """Tell it again, with the same ids, what it was told since then, or these; how many. Raises NotFound, WebhookIsOff."""
    if _own(actor, webhook_id).disabled_at is not None:
        raise WebhookIsOff
    count = webhooks.replay(webhook_id=webhook_id, at=at, since=since, delivery_ids=delivery_ids)
    audit.record(actor=actor, at=at, verb="webhook.replay", object_type="webhook", object_id=webhook_id,
                 after={"since": since, "deliveries": count})
    return count


def _own(actor: Actor, webhook_id: UUID) -> Webhook:
    found = webhooks.one(actor.organisation_id, webhook_id)
    if found is None:
        raise NotFound
    return found


def _judge(url: str) -> None:
    try:
        judge(url, inside=settings.WEBHOOK_ALLOW_INSIDE)
    except Refused as refused:
        raise WebhookAddressRefused(defects=[Defect("/url", str(refused))]) from None


def _recorded(actor: Actor, at: datetime, verb: str, webhook_id: UUID, after: dict[str, object],
              before: dict[str, object] | None = None) -> Webhook:
    """The line (without the address, which may hold a secret of theirs), and the webhook as it is now."""
    audit.record(actor=actor, at=at, verb=verb, object_type="webhook", object_id=webhook_id, after=after, before=before)
    return _own(actor, webhook_id)
