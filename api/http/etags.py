"""Versions as entity tags: strong, and made of the row's version and the viewer's role (roles see different fields)."""

from __future__ import annotations

import re

from rest_framework.request import Request

from collection.kernel.refusals import StaleVersion

from .refusals import PreconditionMissing

TAG = re.compile(r'"([1-9][0-9]{0,9})-([a-z_]{1,20})"', re.ASCII)


def etag(version: int, role: str) -> str:
    return f'"{version}-{role}"'


def if_match(request: Request) -> int:
    """The version the caller saw. Raises PreconditionMissing (also for `*`) or StaleVersion (weak, foreign, garbage).

    The verb compares it with the row in its conditional UPDATE and raises StaleVersion itself.
    """
    given = request.META.get("HTTP_IF_MATCH", "").strip()
    if given in ("", "*"):
        raise PreconditionMissing
    match = TAG.fullmatch(given)
    if match is None or match[2] != request.actor.role:
        raise StaleVersion
    return int(match[1])


def unchanged(request: Request, tag: str) -> bool:
    """Whether If-None-Match names `tag` (weak comparison, as RFC 9110 asks here)."""
    given = request.META.get("HTTP_IF_NONE_MATCH", "")
    return bool(given) and any(one.strip().removeprefix("W/") in (tag, "*") for one in given.split(","))
