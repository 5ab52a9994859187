"""The inbox and the devices."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from notifications import devices, inbox, outbox
from notifications.models import Device

pytestmark = pytest.mark.django_db


def put(recipient_id: UUID, at, value="token-1", installation_id=None, language="ru") -> UUID:
    installation_id = installation_id or uuid4()
    devices.put_device(recipient_id=recipient_id, installation_id=installation_id, kind="token", value=value,
                       platform="android", language=language, at=at)
    return installation_id


def test_newest_first_in_the_readers_language_page_by_page(person, notice, at):
    reader, stranger = person(), person()
    for minute in range(5):
        outbox.put([notice(reader, event=f"event_{minute}"), notice(stranger)], at=at + timedelta(minutes=minute))
    first = inbox.entries(recipient_id=reader, language="kk", limit=3)
    assert [one.event for one in first] == ["event_4", "event_3", "event_2"]
    assert (first[0].title, first[0].body) == ("Жаңа ұсыныс", "№7 өтінім: 12 км")
    rest = inbox.entries(recipient_id=reader, language="en", after=first[-1].position)
    assert [one.event for one in rest] == ["event_1", "event_0"] and rest[0].title == "New offer"


def test_reading_marks_ones_own_only(person, notice, at):
    reader, stranger = person(), person()
    outbox.put([notice(reader), notice(reader), notice(stranger)], at=at)
    mine = inbox.entries(recipient_id=reader, language="ru")
    foreign = inbox.entries(recipient_id=stranger, language="ru")[0]
    assert inbox.mark_read(recipient_id=reader, notice_ids=[mine[0].id, foreign.id], at=at) == 1
    assert inbox.mark_read(recipient_id=reader, notice_ids=[mine[0].id], at=at) == 0
    assert [one.id for one in inbox.entries(recipient_id=reader, language="ru", unread=True)] == [mine[1].id]
    assert (inbox.unread(recipient_id=reader), inbox.unread(recipient_id=stranger)) == (1, 1)
    assert inbox.mark_read(recipient_id=reader, at=at) == 1


def test_an_entry_says_that_its_offer_is_over(person, notice, at):
    reader = person()
    outbox.put([notice(reader, expires_at=at - timedelta(seconds=1)), notice(reader, expires_at=at + timedelta(hours=1))], at=at)
    assert sorted(one.is_expired for one in inbox.entries(recipient_id=reader, language="ru")) == [False, True]


def test_a_telephone_has_one_owner(person, at):
    old, new = person(), person()
    phone = put(old, at)
    put(new, at, installation_id=phone, value="token-2")  # the same telephone, another person
    assert Device.objects.values_list("recipient_id", "value").get() == (new, "token-2")
    put(old, at, value="token-2")  # the same token under another installation (a restored backup)
    assert Device.objects.values_list("recipient_id", "value").get() == (old, "token-2")


def test_logout_forgets_only_ones_own(person, at):
    owner, stranger = person(), person()
    phone = put(owner, at)
    assert not devices.drop_device(recipient_id=stranger, installation_id=phone, at=at)
    assert devices.drop_device(recipient_id=owner, installation_id=phone, at=at)
    assert not devices.drop_device(recipient_id=owner, installation_id=phone, at=at)


def test_the_oldest_of_too_many_devices_go(person, at):
    owner = person()
    for number in range(devices.DEVICES_PER_PERSON + 3):
        put(owner, at + timedelta(seconds=number), value=f"token-{number}")
    kept = set(Device.objects.filter(recipient_id=owner).values_list("value", flat=True))
    assert len(kept) == devices.DEVICES_PER_PERSON and "token-22" in kept and "token-2" not in kept


def test_language_is_changed_on_all_devices(person, at):
    owner = person("ru", "en")
    devices.set_language(recipient_id=owner, language="kk")
    assert set(Device.objects.filter(recipient_id=owner).values_list("language", flat=True)) == {"kk"}
