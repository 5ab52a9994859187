"""A copy of a photograph is told by its looks, and another photograph of the same place is not taken for one."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from collection.demo.fraud.pictures import copied_anew, photograph
from collection.pickups.looks import NEAR, Look, distance, look_of
from collection.pickups.photos import examine


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(BytesIO(jpeg)).convert("RGB")


def saved(image: Image.Image, kind: str, **options) -> Image.Image:
    out = BytesIO()
    image.save(out, kind, **options)
    return Image.open(BytesIO(out.getvalue()))


COPIES = {
    "encoded anew": lambda image: saved(image, "JPEG", quality=30), "as PNG": lambda image: saved(image, "PNG"),
    "as WebP": lambda image: saved(image, "WEBP", quality=50), "half the size": lambda image: image.resize((80, 60)),
    "other shape": lambda image: image.resize((300, 300)), "lighter": lambda image: ImageEnhance.Brightness(image).enhance(1.1),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(1)), "grey": lambda image: image.convert("L"),
    "by a messenger": lambda image: opened(copied_anew(photograph("yard 5", "load 5"))),
}


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_looks_the_same(how):
    one = opened(photograph("yard 5", "load 5"))
    assert distance(look_of(one), look_of(COPIES[how](one))) <= NEAR
    assert set(look_of(one).bands) & set(look_of(COPIES[how](one)).bands)  # so an index finds it


def test_every_copy_is_found_and_no_other_photo_of_the_same_place():
    """300 photographs at 10 places: 44,850 honest pairs, 300 copies."""
    jpegs = [photograph(f"yard {n % 10}", f"load {n}") for n in range(300)]
    looks = [look_of(opened(one)) for one in jpegs]
    assert all(distance(look, look_of(opened(copied_anew(one)))) <= NEAR for look, one in zip(looks, jpegs, strict=True))
    assert min(distance(one, other) for n, one in enumerate(looks) for other in looks[:n]) > 2 * NEAR


@pytest.mark.parametrize("picture", [Image.new("RGB", (60, 40), "red"), Image.new("L", (1, 1)), Image.radial_gradient("L").point(
    lambda level: 100 + level // 100)])
def test_what_shows_nothing_has_no_look(picture):
    assert look_of(picture) is None


def test_near_looks_share_a_band_whichever_bits_differ():
    one = Look(-(1 << 63) + 5, (1 << 62) - 3)
    for flipped in ([0, 20, 40, 60, 64, 90, 127], [63, 62, 61, 60, 59, 58, 57], [15, 16, 47, 48, 79, 80, 111]):
        rows, columns = one.rows, one.columns
        for bit in flipped:
            flip = -(1 << 63) if bit % 64 == 63 else 1 << bit % 64  # signed: the highest bit is the sign
            rows, columns = (rows ^ flip, columns) if bit < 64 else (rows, columns ^ flip)
        other = Look(rows, columns)
        assert distance(one, other) == len(flipped) == NEAR and set(one.bands) & set(other.bands)


def test_the_photo_that_is_kept_knows_its_look():
    jpeg = photograph("yard", "load")
    assert distance(examine(jpeg, content_type="image/jpeg").look, look_of(opened(jpeg))) <= 1
