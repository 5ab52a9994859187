"""A person chooses how to be told, a manager sees how it arrives and tells everybody something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from collection.audit.models import AuditLine
from collection.kernel.words import Words
from notifications.models import Notice, OutboxRow
from notifications.outbox import Notice as Told, put

pytestmark = pytest.mark.django_db
WORDS = Words("Жаңа ұсыныс", "Новое предложение", "A new offer")


def verbs() -> list[str]:
    return list(AuditLine.objects.order_by("id").values_list("verb", flat=True))


def test_what_one_chooses_holds(sign_in):
    phone = sign_in("collector_admin")
    usual = phone.get("notifications/settings").json()
    assert (usual["language"], usual["time_zone"], usual["quiet_from"], usual["ways"]) == ("ru", "Asia/Almaty", None, [])
    assert "offer.new" not in usual["falls_back"] and "pickup.accepted" in usual["falls_back"]
    wish = {"language": "kk", "time_zone": "Asia/Aqtau", "email": "aida@example.kz",
            "quiet_from": "22:30", "quiet_until": "06:45",
            "ways": [{"event": "claim.paid", "push": False, "sms": True, "email": False}]}
    chosen = phone.send("PUT", "notifications/settings", wish)
    assert chosen.status_code == 200, chosen.content
    assert {name: chosen.json()[name] for name in wish} == wish and chosen.json()["has_phone"] is True
    assert phone.get("notifications/settings").json() == chosen.json()
    assert phone.get("me").json()["language"] == "kk"
    put([Told(phone.actor.user_id, "claim.paid", WORDS, WORDS, "claim", uuid4())], at=datetime(2026, 3, 2, 8, tzinfo=UTC))
    row = OutboxRow.objects.get()
    assert (row.channel, row.text) == ("sms", "Жаңа ұсыныс")
    assert phone.send("PUT", "notifications/settings", {"language": "ru"}).json()["ways"] == []
    assert verbs() == ["notices.choose"] * 2
    assert AuditLine.objects.first().after.get("email") is None  # that there is one, not which


@pytest.mark.parametrize(("wrong", "pointer"), [
    ({"quiet_from": "22:00"}, "/quiet_until"), ({"quiet_from": "24:00", "quiet_until": "07:00"}, "/quiet_from"),
    ({"time_zone": "Europe/Paris"}, "/time_zone"), ({"email": "nobody"}, "/email"), ({"email": "a@b.kz\nBcc: c@d.kz"}, "/email"),
    ({"ways": [{"event": "offer.made_up", "push": True}]}, "/ways/0/event"),
    ({"ways": [{"event": "offer.new", "push": True}] * 2}, "/ways/1/event"), ({"language": "de"}, "/language"),
])
def test_what_cannot_be_chosen(sign_in, wrong, pointer):
    answer = sign_in("driver").send("PUT", "notifications/settings", {"language": "kk"} | wrong)
    assert answer.status_code in (400, 422) and answer.json()["errors"][0]["pointer"] == pointer


def test_a_phone_says_what_it_has(sign_in):
    phone, other = sign_in("driver"), sign_in("driver")
    put([Told(phone.actor.user_id, "offer.new", WORDS, WORDS, "offer", uuid4())], at=datetime.now(UTC))
    notice_id = str(Notice.objects.get().id)
    assert other.post("notifications/delivered", {"notice_ids": [notice_id]}).status_code == 204
    assert Notice.objects.get().delivered_at is None
    assert phone.post("notifications/delivered", {"notice_ids": [notice_id]}).status_code == 204
    assert Notice.objects.get().delivered_at is not None and Notice.objects.get().read_at is None


def test_a_manager_sees_how_messages_arrive(sign_in):
    phone, manager = sign_in("driver"), sign_in("manager")
    phone.send("PUT", "notifications/settings", {"language": "ru", "ways": [{"event": "offer.new", "push": False, "sms": True}]})
    at = datetime.now(UTC)
    put([Told(phone.actor.user_id, "offer.new", WORDS, WORDS, "offer", uuid4())], at=at)
    since, until = (at - timedelta(days=1)).date(), (at + timedelta(days=1)).date()
    item, = manager.get(f"notifications/statistics?since={since}&until={until}").json()["items"]
    assert (item["event"], item["channel"], item["put"], item["sent"], item["under_way"], item["failed"]) == (
        "offer.new", "sms", 1, 0, 1, {})
    assert phone.get(f"notifications/statistics?since={since}&until={until}").status_code == 403
    assert manager.get(f"notifications/statistics?since={until}&until={since}").status_code == 400
    assert manager.get("notifications/statistics?since=2020-01-01&until=2026-01-01").status_code == 400


def test_the_programmes_quiet_hours(sign_in):
    manager, phone = sign_in("manager"), sign_in("driver")
    assert phone.get("quiet-hours").json() == {"quiet_from": None, "quiet_until": None}
    hours = {"quiet_from": "22:00", "quiet_until": "07:00"}
    assert manager.send("PUT", "quiet-hours", hours).json() == hours == phone.get("quiet-hours").json()
    assert phone.send("PUT", "quiet-hours", hours).status_code == 403
    assert verbs() == ["quiet_hours.set"]


def test_a_notice_to_everybody_is_asked_for_with_its_tag(sign_in):
    manager, driver, plant = sign_in("manager"), sign_in("driver"), sign_in("recycler")
    at = datetime.now(UTC)
    empty = driver.get("announcements")
    assert empty.json() == {"items": []}
    form = {"roles": ["driver"], "title": {"kk": "Таразы", "ru": "Весы", "en": "Scales"},
            "body": {"kk": "Таразы жөнделуде.", "ru": "Весы в ремонте.\nДо вечера.", "en": "The scales are being mended."},
            "starts_at": at.isoformat(), "ends_at": (at + timedelta(days=1)).isoformat()}
    made = manager.post("announcements", form)
    assert made.status_code == 201, made.content
    shown = driver.get("announcements", If_None_Match=empty["ETag"])
    assert shown.status_code == 200 and shown.json()["items"][0]["body"] == form["body"]
    assert driver.get("announcements", If_None_Match=shown["ETag"]).status_code == 304
    assert plant.get("announcements").json() == {"items": []}
    assert driver.post("announcements", form).status_code == 403
    for wrong in ({"ends_at": form["starts_at"]}, {"ends_at": (at + timedelta(days=100)).isoformat()}):
        assert manager.post("announcements", form | wrong).status_code == 422
    assert manager.post("announcements", form | {"title": {"ru": "Весы"}}).status_code == 400  # in three languages or not at all
    assert manager.post(f"announcements/{made.json()['id']}/end", {}).status_code == 204
    assert driver.get("announcements").json() == {"items": []}
    assert manager.post(f"announcements/{made.json()['id']}/end", {}).status_code == 404
    assert verbs() == ["announcement.post", "announcement.end"]
