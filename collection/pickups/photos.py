"""A photo as it arrives is somebody's bytes: what it must be, and what is kept of it.

Kept is a new JPEG of the same pixels, turned upright, without EXIF and without whatever was hidden behind the picture.
The place a camera wrote into it is kept apart, as evidence. Pure: bytes in, bytes out.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageOps

from collection.kernel.refusals import Defect, Unprocessable
from collection.kernel.words import Words

from .looks import Look, look_of

#: Content type -> Pillow's decoder for it, the only one that gets to see the bytes.
DECODERS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
PICTURE_TYPES = tuple(DECODERS)
MAX_BYTES = 10 << 20
MAX_PIXELS = 40_000_000
QUALITY = 88

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
#: Forty million pixels are 160 MB while they are turned round: one picture at a time in each process.
_one_at_a_time = threading.Lock()


class PhotoRefused(Unprocessable):
    """Not the bytes that were announced, or not a picture. The defect's code says which."""

    code = "photo_refused"
    words = Words("Фото қабылданбады", "Фото не принято", "The photo was not accepted")

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(defects=[Defect("", code, params)])


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept. `position` is where the camera says it was: {"longitude", "latitude"}, or nothing.

    `look`: what copies of it have in common (`looks`); None where there is too little to see.
    """

    jpeg: bytes
    width: int
    height: int
    position: dict[str, float]
    look: Look | None = None


def refuse_other_bytes(data: bytes, *, size: int, sha256: str) -> None:
    """Raise PhotoRefused unless these are the announced bytes."""
    if len(data) != size:
        raise PhotoRefused("size_mismatch", announced=size, received=len(data))
    if hashlib.sha256(data).hexdigest() != sha256:
        raise PhotoRefused("hash_mismatch")


def examine(data: bytes, *, content_type: str) -> Picture:
    """Decode and encode again. Raises PhotoRefused: `not_a_picture`, `too_many_pixels`, `animated`, `unreadable`."""
    if kind_of(data) != content_type:
        raise PhotoRefused("not_a_picture", expected=content_type)
    with _one_at_a_time:
        try:
            return _encoded_again(data, DECODERS[content_type])
        except PhotoRefused:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise PhotoRefused("too_many_pixels", max=MAX_PIXELS) from None
        except MemoryError:
            raise
        except Exception:  # a decoder fed with hostile bytes may raise anything, and all of it means the same
            raise PhotoRefused("unreadable") from None


def kind_of(data: bytes) -> str | None:
    """The content type by the first bytes, whatever anybody called it."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def _encoded_again(data: bytes, decoder: str) -> Picture:
    with Image.open(BytesIO(data), formats=[decoder]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PhotoRefused("too_many_pixels", max=MAX_PIXELS)
        if getattr(image, "n_frames", 1) > 1:
            raise PhotoRefused("animated")
        position = position_in(image)
        upright = _opaque(ImageOps.exif_transpose(image))
    out = BytesIO()
    upright.save(out, "JPEG", quality=QUALITY)
    return Picture(out.getvalue(), upright.width, upright.height, position, look_of(upright))


def _opaque(image: Image.Image) -> Image.Image:
    """The picture on white paper: JPEG knows no transparency."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper


def position_in(image: Image.Image) -> dict[str, float]:
    """The camera's own GPS reading in degrees, if the EXIF holds one that is on Earth."""
    try:
        gps = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude], south_or_west=gps[ExifTags.GPS.GPSLatitudeRef] == "S")
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude], south_or_west=gps[ExifTags.GPS.GPSLongitudeRef] == "W")
    except Exception:  # no GPS, or nonsense in its place: a photo without a position is still a photo
        return {}
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # also false for NaN
        return {}
    return {"longitude": longitude, "latitude": latitude}


def _degrees(parts: Any, *, south_or_west: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = round(degrees + minutes / 60 + seconds / 3600, 7)
    return -value if south_or_west else value
