"""Phones are registered for pushes by whoever holds them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from notifications.models import Device
from tests.api.phone import codes

pytestmark = pytest.mark.django_db
FORM = {"kind": "token", "value": "fcm-token-1", "platform": "ios", "language": "kk"}


def test_a_phone_moves_with_its_holder_and_is_forgotten_by_them_alone(sign_in):
    first, second = sign_in("driver"), sign_in("driver")
    path = "devices/" + first.installation
    for _ in range(2):  # PUT is idempotent by itself
        assert first.send("PUT", path, FORM).status_code == 204
    assert second.send("PUT", path, FORM).status_code == 204
    assert Device.objects.get().recipient_id == second.actor.user_id
    assert first.send("DELETE", path).status_code == 404
    assert second.send("DELETE", path).status_code == 204
    assert second.send("DELETE", path).status_code == 404


def test_b74_a_token_seen_with_another_installation_moves(sign_in):
    first, second = sign_in("driver"), sign_in("driver")
    first.send("PUT", f"devices/{uuid4()}", FORM)
    second.send("PUT", f"devices/{uuid4()}", FORM)
    assert Device.objects.get().recipient_id == second.actor.user_id


@pytest.mark.parametrize(("field", "value", "code"), [
    ("value", "", "blank"), ("value", "x" * 10_240, "too_long"), ("value", "a b c d e f", "wrong_format"),
    ("kind", "apns", "not_a_choice"), ("language", "de", "not_a_choice"), ("recipient_id", "x", "unknown_field"),
])
def test_b74_tokens_that_are_none(sign_in, field, value, code):
    response = sign_in("driver").send("PUT", f"devices/{uuid4()}", FORM | {field: value})
    assert response.status_code == 400 and codes(response) == {f"/{field}": code}


def test_a_device_id_is_a_uuid(sign_in):
    assert sign_in("driver").send("PUT", "devices/123", FORM).status_code == 404
