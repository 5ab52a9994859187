"""The inbox, in the reader's language, page by page, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from collection.kernel.db import now
from collection.kernel.words import Words
from notifications.outbox import Notice, put

pytestmark = pytest.mark.django_db
TITLE = Words("Жаңа ұсыныс", "Новое предложение", "A new offer")


def tell(phone, count: int = 1, **options) -> None:
    for n in range(count):
        put([Notice(phone.actor.user_id, "offer_made", TITLE, TITLE, "offer", uuid4(), **options)],
            at=now() - timedelta(minutes=n))


def test_notices_come_newest_first_in_pages(sign_in):
    phone, other = sign_in("collector_admin"), sign_in("collector_admin")
    tell(phone, 5)
    tell(other)
    seen, cursor = [], ""
    while cursor is not None:
        page = phone.get(f"notifications?limit=2{cursor and '&cursor=' + cursor}", Accept_Language="kk").json()
        seen += page["items"]
        cursor = page["next_cursor"]
    assert len(seen) == 5 and {one["title"] for one in seen} == {"Жаңа ұсыныс"}
    assert [one["created_at"] for one in seen] == sorted((one["created_at"] for one in seen), reverse=True)
    assert seen[0].keys() == {"id", "event", "title", "body", "object_type", "object_id", "created_at", "expires_at",
                              "is_expired", "read_at"}


def test_reading_marks_ones_own_only(sign_in):
    phone, other = sign_in("collector_admin"), sign_in("collector_admin")
    tell(phone, 3)
    tell(other)
    foreign = other.get("notifications").json()["items"][0]["id"]
    mine = phone.get("notifications").json()["items"][0]["id"]
    assert phone.post("notifications/read", {"notice_ids": [mine, foreign]}).json() == {"unread": 2}
    assert other.get("notifications?unread=true").json()["items"][0]["read_at"] is None
    assert len(phone.get("notifications?unread=true").json()["items"]) == 2
    assert phone.post("notifications/read", {}).json() == {"unread": 0}


def test_a_list_costs_two_statements(sign_in, django_assert_num_queries):
    phone = sign_in("driver")
    tell(phone, 3)
    with django_assert_num_queries(2):
        phone.get("notifications")


def test_a_passed_offer_says_so(sign_in):
    phone = sign_in("driver")
    tell(phone, expires_at=now() - timedelta(seconds=1))
    assert phone.get("notifications").json()["items"][0]["is_expired"] is True
