from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.etags import if_match
from api.http.pagination import Page
from api.http.rendering import reply
from api.http.steps import Step
from api.http.views import HouseView
from api.http.writes import write
from collection.accounts import operations
from collection.kernel.db import now
from collection.kernel.refusals import NotFound
from notifications import webhooks

from . import serializers


def webhook_json(hook: webhooks.Webhook) -> dict[str, Any]:
    found = asdict(hook) | {"disabled_reason": hook.disabled_reason or None}
    del found["organisation_id"]
    return found


def own(request: Request, webhook_id: UUID) -> webhooks.Webhook:
    found = webhooks.one(request.actor.organisation_id, webhook_id)
    if found is None:
        raise NotFound
    return found


class Webhooks(HouseView):
    """Where my organisation's systems hear what changed: signed by Standard Webhooks, told as CloudEvents, ids only."""

    actions = {"GET": "webhook.read", "POST": "webhook.create"}
    bodies = {"POST": serializers.WebhookForm}
    replies = {"GET": serializers.WebhooksReply, "POST": serializers.WebhookReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listWebhooks"}

    def get(self, request: Request) -> HttpResponse:
        return reply({"items": [webhook_json(one) for one in webhooks.of(request.actor.organisation_id)]})

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()
        return write(request, lambda actor, at: operations.create_webhook(actor=actor, at=at, **asked),
                     render=webhook_json, status=201)


class Webhook(HouseView):
    """One webhook: another address, other events, on or off, or gone."""

    actions = {"GET": "webhook.read", "PATCH": "webhook.update", "DELETE": "webhook.remove"}
    bodies = {"PATCH": serializers.WebhookPatch}
    replies = {"GET": serializers.WebhookReply, "PATCH": serializers.WebhookReply}
    etags = frozenset({"PATCH"})

    def get(self, request: Request, webhook_id: UUID) -> HttpResponse:
        found = own(request, webhook_id)
        return reply(webhook_json(found), request=request, version=found.version)

    def patch(self, request: Request, webhook_id: UUID) -> HttpResponse:
        asked, version = self.body(), if_match(request)
        return write(
            request, lambda actor, at: operations.change_webhook(actor=actor, at=at, webhook_id=webhook_id, version=version,
                                                                 **asked), render=webhook_json)

    def delete(self, request: Request, webhook_id: UUID) -> HttpResponse:
        return write(request, lambda actor, at: operations.remove_webhook(actor=actor, at=at, webhook_id=webhook_id),
                     render=lambda _: None)


class Secret(HouseView):
    """What the signatures are made with; after a change the one before holds for a day."""

    actions = {"GET": "webhook.secret"}
    replies = {"GET": serializers.SecretReply}

    def get(self, request: Request, webhook_id: UUID) -> HttpResponse:
        return reply({"secrets": webhooks.secrets_of(own(request, webhook_id).id, at=now())})


class Rotate(Step):
    """A new secret; for a day both sign."""

    actions = {"POST": "webhook.update"}
    replies = {"POST": serializers.WebhookReply}
    operation_ids = {"POST": "rotateWebhookSecret"}
    verb = staticmethod(operations.rotate_webhook_secret)
    render = staticmethod(webhook_json)


class Test(HouseView):
    """Send a `webhook.test`."""

    actions = {"POST": "webhook.update"}
    replies = {"POST": serializers.TestReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "tryWebhook"}

    def post(self, request: Request, webhook_id: UUID) -> HttpResponse:
        return write(request, lambda actor, at: operations.try_webhook(actor=actor, at=at, webhook_id=webhook_id),
                     render=lambda delivery_id: {"delivery_id": delivery_id}, status=201)


class Deliveries(HouseView):
    """What it was told, or is to be, newest first."""

    actions = {"GET": "webhook.read"}
    queries = {"GET": serializers.DeliveryQuery}
    replies = {"GET": serializers.DeliveriesReply}
    operation_ids = {"GET": "listWebhookDeliveries"}

    def get(self, request: Request, webhook_id: UUID) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = webhooks.deliveries(own(request, webhook_id).id, state=asked.get("state"), after=page.after,
                                    limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: one.position, render=asdict))


class Replay(HouseView):
    """Tell it again, with the same ids, what it was told since a moment, or some of it."""

    actions = {"POST": "webhook.update"}
    bodies = {"POST": serializers.ReplayForm}
    replies = {"POST": serializers.ReplayReply}
    operation_ids = {"POST": "replayWebhook"}

    def post(self, request: Request, webhook_id: UUID) -> HttpResponse:
        asked = self.body()
        return write(
            request, lambda actor, at: operations.replay_webhook(actor=actor, at=at, webhook_id=webhook_id, **asked),
            render=lambda count: {"replayed": count})
