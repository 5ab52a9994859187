"""Made-up photographs: a place that stays the same, and before it a lorry and a heap that never do; and a copy of one."""

from __future__ import annotations

import random
from io import BytesIO

from PIL import Image

WIDTH, HEIGHT = 160, 120


def photograph(place: str, hand_over: str) -> bytes:
    """A JPEG of what stood at `place` at this hand-over; the same words give the same bytes."""
    picture = _patches(place, 16, 12, (WIDTH, HEIGHT))
    chance = random.Random(hand_over)
    before = _patches(hand_over, 8, 6, (WIDTH * 5 // 8, HEIGHT * 5 // 8))
    picture.paste(before, (chance.randrange(WIDTH * 3 // 8), HEIGHT * 3 // 8))
    return _jpeg(picture, 90)


def copied_anew(jpeg: bytes) -> bytes:
    """What a messenger makes of a photograph: smaller, coarser, a little lighter. No byte is the same."""
    with Image.open(BytesIO(jpeg)) as picture:
        smaller = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4))
    return _jpeg(smaller.point(lambda level: min(level + 6, 255)), 55)


def _patches(words: str, across: int, down: int, size: tuple[int, int]) -> Image.Image:
    points = random.Random(words).randbytes(across * down)
    return Image.frombytes("L", (across, down), points).resize(size, Image.Resampling.BICUBIC)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
