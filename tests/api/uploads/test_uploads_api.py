"""A photo over HTTP: announced, put at its address, seen by its own people."""

from __future__ import annotations

import errno
import hashlib
from io import BytesIO
from uuid import uuid4

import pytest
from django.core import signing
from PIL import Image

from api.v1.uploads import views
from collection.audit.models import AuditLine
from collection.pickups import operations
from collection.pickups.models import Upload
from tests.api.phone import Phone, codes
from tests.collection.pickups.test_photos import exif, picture, png_header

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def upload_root(settings, tmp_path):
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    return settings.UPLOAD_ROOT


@pytest.fixture
def shop(sign_in) -> Phone:
    return sign_in("generator")


def announce(phone: Phone, data: bytes, content_type: str = "image/jpeg", **more):
    return phone.post("uploads", {"content_type": content_type, "size": len(data),
                                  "sha256": hashlib.sha256(data).hexdigest()} | more)


def put(address: str, data: bytes, content_type: str = "image/jpeg", **headers):
    """As the phone's own uploader does: no token but the address's."""
    return Phone().send("PUT", address.removeprefix("/api/v1/"), data, content_type=content_type, **headers)


def files(root) -> list:
    return [path for path in root.rglob("*") if path.is_file()]


def test_from_announcement_to_picture(shop, upload_root, sign_in):
    gps = {1: "N", 2: (43.0, 15.0, 24.12), 3: "E", 4: (76.0, 55.0, 42.96)}
    data = picture(exif=exif(orientation=6, gps=gps))
    made = announce(shop, data)
    assert (made.status_code, made.json()["state"], made.json()["position"]) == (201, "announced", None)
    assert shop.get(f"uploads/{made.json()['id']}/picture").status_code == 404  # not there yet
    stored = put(made.json()["put_url"], data)
    assert (stored.status_code, stored.json()["state"], stored.json()["put_url"]) == (200, "stored", None)
    assert stored.json()["position"] == {"longitude": 76.9286, "latitude": 43.2567}
    row = Upload.objects.get()
    assert (row.sha256, row.size) == (hashlib.sha256(data).hexdigest(), len(data))  # the original's, as evidence
    assert [path.name for path in files(upload_root)] == [f"{row.id}.jpg"]
    seen = shop.get(f"uploads/{row.id}/picture")
    assert (seen.headers["Content-Type"], seen.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert seen.headers["Content-Disposition"].startswith("attachment")
    with Image.open(BytesIO(b"".join(seen.streaming_content))) as image:
        assert image.size == (40, 60) and not image.getexif()
    assert shop.get(f"uploads/{row.id}").json() == stored.json()
    verbs = AuditLine.objects.filter(object_id=row.id).order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["photo.create", "photo.store"]


def test_putting_again_changes_nothing(shop, upload_root):
    data = picture()
    made = announce(shop, data).json()
    first = put(made["put_url"], data)
    before = files(upload_root)[0].stat().st_mtime_ns
    assert put(made["put_url"], data).json() == first.json()
    assert files(upload_root)[0].stat().st_mtime_ns == before
    assert AuditLine.objects.filter(verb="photo.store").count() == 1


def test_an_awaited_photo_comes_with_a_fresh_address(shop):
    made = announce(shop, picture()).json()
    again = shop.get(f"uploads/{made['id']}").json()
    assert again["put_url"].split("?")[0] == made["put_url"].split("?")[0]


def test_b47_others_photos_are_not_there(shop, sign_in):
    data = picture()
    made = announce(shop, data).json()
    put(made["put_url"], data)
    stranger = sign_in("generator")
    for path in (f"uploads/{made['id']}", f"uploads/{made['id']}/picture", f"uploads/{uuid4()}"):
        assert stranger.get(path).status_code == 404
    assert sign_in("inspector").get(f"uploads/{made['id']}").status_code == 200
    assert Phone().get(f"uploads/{made['id']}").status_code == 401
    assert announce(Phone(), data).status_code == 401 and announce(sign_in("finance"), data).status_code == 403


def test_addresses_that_are_none(shop, monkeypatch):
    data = picture()
    made, other = announce(shop, data).json(), announce(shop, data).json()
    path, token = made["put_url"].split("?token=")
    foreign = signing.dumps(made["id"], salt="another")
    for wrong in (token[:-1], "x", foreign, other["put_url"].split("?token=")[1]):
        assert put(f"{path}?token={wrong}", data).status_code == 404
    assert put(path, data).status_code == 400
    unknown = uuid4()
    assert put(views.address_of(unknown), data).status_code == 404
    monkeypatch.setattr(views, "ADDRESS_LIVES_S", -1)
    late = put(made["put_url"], data)
    assert (late.status_code, late.json()["code"]) == (410, "address_expired")
    assert set(Upload.objects.values_list("state", flat=True)) == {"announced"}


def test_b70_other_bytes(shop, upload_root):
    data = picture()
    made = announce(shop, data).json()
    for other, code in ((data + b"x", "size_mismatch"), (b"x", "size_mismatch"), (data[:-1] + b"x", "hash_mismatch")):
        refused = put(made["put_url"], other)
        assert (refused.status_code, refused.json()["code"], codes(refused)) == (422, "photo_refused", {"": code})
    assert put(made["put_url"], b"").status_code == 411  # the test client states no length of nothing
    assert not files(upload_root) and Upload.objects.get().state == "announced"
    assert put(made["put_url"], data).status_code == 200  # and then the right ones


@pytest.mark.parametrize(("data", "content_type", "code"), [
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", "not_a_picture"),
    (picture("GIF"), "image/jpeg", "not_a_picture"), (picture("PNG"), "image/jpeg", "not_a_picture"),
    (picture()[:-200], "image/jpeg", "unreadable"), (png_header(20_000, 20_000), "image/png", "too_many_pixels"),
])
def test_b69_what_is_no_picture(shop, upload_root, data, content_type, code):
    made = announce(shop, data, content_type).json()
    refused = put(made["put_url"], data, content_type)
    assert (refused.status_code, codes(refused)) == (422, {"": code})
    assert not files(upload_root)


def test_b69_two_things_in_one_are_kept_as_the_picture_alone(shop):
    page = b"<script>alert(1)</script>PK\x03\x04"
    data = picture() + page
    stored = put(announce(shop, data).json()["put_url"], data)
    assert stored.status_code == 200
    kept = shop.get(f"uploads/{stored.json()['id']}/picture")
    body = b"".join(kept.streaming_content) if kept.streaming else kept.content
    assert page in data and b"script" not in body and Image.open(BytesIO(body)).format == "JPEG"


def test_b69_a_picture_that_moves_is_refused(shop, upload_root):
    data = moving(500)
    refused = put(announce(shop, data, "image/png").json()["put_url"], data, "image/png")
    assert (refused.status_code, codes(refused)) == (422, {"": "animated"}) and not files(upload_root)


def moving(frames: int) -> bytes:
    """An animated PNG of so many frames."""
    made, out = [Image.new("RGB", (8, 8), (n % 256, n // 256, 0)) for n in range(frames)], BytesIO()
    made[0].save(out, "PNG", save_all=True, append_images=made[1:])
    return out.getvalue()


@pytest.mark.parametrize(("more", "defect"), [
    ({"content_type": "image/svg+xml"}, {"/content_type": "not_a_choice"}),
    ({"content_type": "image/heic"}, {"/content_type": "not_a_choice"}),
    ({"size": 0}, {"/size": "too_small"}), ({"size": (10 << 20) + 1}, {"/size": "too_large"}),
    ({"sha256": "x" * 64}, {"/sha256": "wrong_format"}), ({"name": "../../x.php.jpg"}, {"/name": "unknown_field"}),
])
def test_b69_announcements_that_are_refused(shop, more, defect):
    refused = announce(shop, picture(), **more)
    assert (refused.status_code, codes(refused)) == (400, defect)


def test_b69_headers_are_judged_before_the_bytes(shop):
    data = picture()
    address = announce(shop, data).json()["put_url"]
    assert put(address, data, "application/json").status_code == 415
    assert put(address, data, Content_Encoding="gzip").status_code == 415
    assert put(address, b"x" * ((10 << 20) + 1)).status_code == 413
    assert put(address, data, "image/jpeg; charset=binary").status_code == 200


def test_a_full_disk_is_said_and_leaves_nothing_half(shop, upload_root, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    data = picture()
    address = announce(shop, data).json()["put_url"]
    with monkeypatch.context() as patch:
        patch.setattr(operations.os, "fsync", full)
        refused = put(address, data)
    assert (refused.status_code, refused.json()["code"]) == (503, "storage_full") and refused.headers["Retry-After"]
    assert not files(upload_root) and Upload.objects.get().state == "announced"
    assert put(address, data).status_code == 200
