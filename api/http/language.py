"""The language of a reply: the first of kk, ru and en that the caller would like; English for everybody else."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from collection.kernel.words import LANGUAGES

DEFAULT = "en"


def language_of(request: Any) -> str:
    return preferred(request.META.get("HTTP_ACCEPT_LANGUAGE", "")[:200])


@lru_cache(maxsize=1000)
def preferred(header: str) -> str:
    """ "kk-Cyrl-KZ, ru;q=0.8" -> "kk". Garbage and `*` are passed over; nothing here can fail."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")):
        name, _, weight = part.partition(";")
        language = name.strip().lower().split("-")[0]
        if language in LANGUAGES and (quality := _quality(weight)) > 0:
            wishes.append((-quality, place, language))
    return min(wishes)[2] if wishes else DEFAULT


def _quality(weight: str) -> float:
    _, sign, number = weight.partition("q=")
    if not sign:
        return 1.0
    try:
        return min(max(float(number), 0.0), 1.0)
    except ValueError:
        return 0.0
