from __future__ import annotations

from api.http.fields import OneOf, StrictSerializer, Text
from collection.kernel.words import LANGUAGES

KINDS = ("token", "fid")
PLATFORMS = ("android", "ios", "web")


class DeviceForm(StrictSerializer):
    """Where the sender reaches this installation: an FCM registration token, or a Firebase installation id (`fid`)."""

    kind = OneOf(KINDS)
    value = Text(max_length=4096, min_length=8, pattern=r"[!-~]+")
    platform = OneOf(PLATFORMS)
    language = OneOf(LANGUAGES)
