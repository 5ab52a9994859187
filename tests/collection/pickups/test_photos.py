"""What is kept of a photo, and what never gets in."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from collection.pickups.photos import MAX_PIXELS, PhotoRefused, examine, kind_of, refuse_other_bytes


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options) -> bytes:
    image = Image.new(mode, size, "red")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))  # blue on the left
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(*, orientation: int = 1, gps: dict | None = None) -> bytes:
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = orientation
    made[ExifTags.Base.Make] = "Camera of Ivanov"
    if gps:
        made.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    return made.tobytes()


def png_header(width: int, height: int) -> bytes:
    """A PNG that only says how large it is."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = [header, data, b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks)


def refused(data: bytes, content_type: str = "image/jpeg") -> str:
    with pytest.raises(PhotoRefused) as caught:
        examine(data, content_type=content_type)
    return caught.value.defects[0].code


@pytest.mark.parametrize(("kind", "content_type"), [
    ("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"),
])
def test_every_kind_becomes_a_plain_jpeg(kind, content_type):
    data = picture(kind)
    assert kind_of(data) == content_type
    kept = examine(data, content_type=content_type)
    with Image.open(BytesIO(kept.jpeg)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (60, 40), "RGB") and not image.getexif()
        assert image.getpixel((5, 20))[2] > 200 > 60 > image.getpixel((5, 20))[0]
    assert (kept.width, kept.height, kept.position) == (60, 40, {})


def test_exif_goes_its_rotation_is_applied_and_its_place_is_kept_apart():
    almaty = {1: "N", 2: (43.0, 15.0, 24.12), 3: "E", 4: (76.0, 55.0, 42.96)}
    data = picture(exif=exif(orientation=6, gps=almaty))
    assert b"Ivanov" in data
    kept = examine(data, content_type="image/jpeg")
    assert (kept.width, kept.height) == (40, 60)  # turned upright
    with Image.open(BytesIO(kept.jpeg)) as image:
        assert image.getpixel((20, 5))[2] > 200  # the left is now above
    assert kept.position == {"longitude": 76.9286, "latitude": 43.2567}
    assert b"Ivanov" not in kept.jpeg and b"Exif" not in kept.jpeg


@pytest.mark.parametrize("gps", [
    {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (76.0, 0.0, 0.0)}, {1: "N", 2: (43.0,), 3: "E", 4: (76.0, 0.0, 0.0)},
    {1: "N"}, {1: "N", 2: (IFDRational(0, 0),) * 3, 3: "E", 4: (76.0, 0.0, 0.0)},
])
def test_a_nonsense_place_is_no_place(gps):
    assert examine(picture(exif=exif(gps=gps)), content_type="image/jpeg").position == {}


def test_south_and_west_are_negative():
    gps = {1: "S", 2: (10.0, 30.0, 0.0), 3: "W", 4: (20.0, 0.0, 36.0)}
    assert examine(picture(exif=exif(gps=gps)), content_type="image/jpeg").position == {
        "longitude": -20.01, "latitude": -10.5}


def test_what_hides_behind_a_picture_is_dropped():
    tail = b"PK\x03\x04<script>alert(1)</script><?php system('id') ?>"
    kept = examine(picture() + tail, content_type="image/jpeg")
    assert b"script" not in kept.jpeg and b"PK" not in kept.jpeg[-100:]


def test_transparency_lies_on_white():
    out = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(examine(out.getvalue(), content_type="image/png").jpeg)) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("data", [
    b"", b"\0" * 1000, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"GIF89a" + b"\0" * 100,
    b"\0\0\0\x18ftypheic" + b"\0" * 100, b"%PDF-1.7", b"MZ" + b"\0" * 200, b"BM" + b"\0" * 100, b"II*\0" + b"\0" * 100,
    picture("PNG"), picture("GIF"),
])
def test_b69_not_a_jpeg(data):
    assert refused(data) == "not_a_picture"


def test_b69_broken_large_and_moving_pictures():
    whole = picture(size=(600, 400))
    assert refused(whole[:-300]) == "unreadable" and refused(whole[:20]) == "unreadable"
    assert refused(b"\xff\xd8\xff" + b"\xff" * 5000) == "unreadable"
    assert refused(b"RIFF\0\0\0\0WEBP" + b"\0" * 50, "image/webp") == "unreadable"
    assert refused(png_header(20_000, 20_000), "image/png") == "too_many_pixels"
    assert refused(png_header(MAX_PIXELS // 4000, 4001), "image/png") == "too_many_pixels"
    assert refused(png_header(10**9, 10**9), "image/png") in ("too_many_pixels", "unreadable")
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "green", "blue")]
    for kind, content_type in (("WEBP", "image/webp"), ("PNG", "image/png")):
        out = BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
        assert refused(out.getvalue(), content_type) == "animated"


def test_b70_other_bytes_than_announced():
    with pytest.raises(PhotoRefused) as caught:
        refuse_other_bytes(b"abc", size=4, sha256="")
    assert caught.value.defects[0].code == "size_mismatch"
    with pytest.raises(PhotoRefused) as caught:
        refuse_other_bytes(b"abc", size=3, sha256="0" * 64)
    assert caught.value.defects[0].code == "hash_mismatch"
