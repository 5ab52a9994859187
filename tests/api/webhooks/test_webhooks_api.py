"""An organisation's admin sets up a webhook, sees what it was told, and has it told again."""

from __future__ import annotations

from uuid import uuid4

import pytest

from collection.audit.models import AuditLine
from collection.kernel.db import execute
from notifications import hooks
from notifications.models import OutboxRow, Webhook, WebhookDelivery
from tests.notifications.receiver import Receiver, verify

pytestmark = pytest.mark.django_db
FORM = {"url": "https://erp.example.kz/in", "events": ["pickup.changed"]}


def lines() -> list[str]:
    return list(AuditLine.objects.filter(object_type="webhook").order_by("id").values_list("verb", flat=True))


def test_from_the_first_address_to_a_replay(sign_in, settings):
    settings.WEBHOOK_ALLOW_INSIDE = True
    admin, server = sign_in("collector_admin"), Receiver()
    made = admin.post("webhooks", FORM | {"url": server.url})
    assert made.status_code == 201, made.content
    hook = made.json()
    assert (hook["events"], hook["disabled_at"], hook["disabled_reason"], hook["failures"]) == (["pickup.changed"], None, None, 0)
    path = f"webhooks/{hook['id']}"
    assert admin.get("webhooks").json()["items"] == [hook]

    execute("SELECT kernel_follow('pickup', %s, %s::uuid[])", [uuid4(), [admin.actor.organisation_id]])
    hooks.tell(OutboxRow.objects.get(channel="hook").id)
    secret = admin.get(f"{path}/secret").json()["secrets"][0]
    assert verify(secret, server.got[0]["headers"], server.got[0]["body"])
    delivery = admin.get(f"{path}/deliveries").json()["items"][0]
    assert (delivery["state"], delivery["attempts"], delivery["last_status"]) == ("delivered", 1, 204)
    assert admin.get(f"{path}/deliveries?state=failed").json()["items"] == []

    assert admin.post(f"{path}/replay", {"delivery_ids": [delivery["id"]]}).json() == {"replayed": 1}
    assert admin.post(f"{path}/replay", {"since": "2026-01-01T00:00:00Z"}).json() == {"replayed": 1}
    assert OutboxRow.objects.filter(channel="hook", state="waiting").count() == 1
    assert admin.post(f"{path}/replay", {}).status_code == 400
    tried = admin.post(f"{path}/test", {})
    assert tried.status_code == 201 and WebhookDelivery.objects.get(pk=tried.json()["delivery_id"]).event == "webhook.test"

    off = admin.send("PATCH", path, {"enabled": False}, If_Match=admin.get(path)["ETag"])
    assert off.json()["disabled_reason"] == "by_hand"
    assert admin.post(f"{path}/replay", {"since": "2026-01-01T00:00:00Z"}).json()["code"] == "webhook_is_off"
    rotated = admin.send("POST", f"{path}/rotate-secret", None, If_Match=off["ETag"], Idempotency_Key=str(uuid4()))
    assert rotated.json()["previous_until"] and admin.get(f"{path}/secret").json()["secrets"][1] == secret
    assert admin.send("PATCH", path, {"enabled": True}, If_Match=off["ETag"]).status_code == 412
    assert admin.send("DELETE", path).status_code == 204
    assert admin.get(path).status_code == 404
    assert lines() == ["webhook.create", "webhook.replay", "webhook.replay", "webhook.test", "webhook.change",
                       "webhook.rotate_secret", "webhook.remove"]
    server.close()


@pytest.mark.parametrize("url", ["http://erp.example.kz/", "https://localhost/", "https://169.254.169.254/", "https://0x7f.1/",
                                 "https://[::ffff:127.0.0.1]/", "https://erp.example.kz:6379/", "https://u:p@erp.example.kz/"])
def test_b71_addresses_inside_are_refused(sign_in, url):
    admin = sign_in("recycler_admin")
    answer = admin.post("webhooks", FORM | {"url": url})
    assert answer.status_code == 400 and answer.json()["code"] == "webhook_address_refused"
    assert answer.json()["errors"][0]["pointer"] == "/url"
    hook = admin.post("webhooks", FORM).json()
    changed = admin.send("PATCH", f"webhooks/{hook['id']}", {"url": url}, If_Match=f'"{hook["version"]}-recycler_admin"')
    assert changed.status_code == 400 and Webhook.objects.get().url == FORM["url"]


def test_ten_are_enough(sign_in):
    admin = sign_in("generator_admin")
    answers = [admin.post("webhooks", FORM).status_code for _ in range(11)]
    assert answers == [201] * 10 + [409]


def test_events_nobody_has(sign_in):
    admin = sign_in("generator_admin")
    for events in ([], ["claim.paid.x"], "pickup.changed", [1]):
        assert admin.post("webhooks", FORM | {"events": events}).status_code == 400
