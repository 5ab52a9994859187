"""The gate for apps: an app says what it is in `X-App-Version: android/2.3.1`, and one below the minimum is sent to its store.

Whoever says nothing is no app of ours (a script, a page, a weighbridge) and is let through. `GET /config` is always answered,
and so is what an app that is too old still needs to end its work: nothing else.
"""

from __future__ import annotations

import re

from django.conf import settings
from rest_framework.request import Request

from .refusals import AppTooOld, AppVersionInvalid

PLATFORMS = ("android", "ios", "web")
SAID = re.compile(r"(android|ios|web)/(\d{1,5})\.(\d{1,5})\.(\d{1,5})", re.ASCII)


def judge(request: Request) -> None:
    """Raise AppVersionInvalid (400) for what is no version, AppTooOld (426, with the store's address) for one too old."""
    said = request.META.get("HTTP_X_APP_VERSION")
    if said is None:
        return
    read = SAID.fullmatch(said)
    if read is None or version(said.partition("/")[2]) == (0, 0, 0):
        raise AppVersionInvalid(platforms=list(PLATFORMS))
    platform, number = said.split("/")
    least = settings.APP_MINIMUM_VERSION
    if version(number) < version(least):
        raise AppTooOld(minimum_app_version=least, store_url=settings.APP_STORES.get(platform, ""))


def version(text: str) -> tuple[int, ...]:
    """`2.10.1` as numbers, so that it is above `2.9.0`."""
    return tuple(int(part) for part in text.split("."))
