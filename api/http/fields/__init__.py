"""Serializers that accept what was agreed and refuse the rest, all defects at once.

Unknown and read-only names are errors, integers are integers, text is NFC without tricks, times carry their offset.
A defect is found under its JSON pointer with a stable code and the numbers a client needs to explain it.
"""

from __future__ import annotations

from .base import Nothing, Reply, Strict, StrictQuery, StrictSerializer, Wrong
from .points import Degrees, GeoPoint, Position
from .text import Text
from .times import Clock, Day, Instant, Month
from .values import CANONICAL_UUID, Id, ListOf, OneOf, StrictBoolean, StrictInteger, StrictNumber

__all__ = [
    "CANONICAL_UUID", "Clock", "Day", "Degrees", "GeoPoint", "Id", "Instant", "ListOf", "Month", "Nothing", "OneOf", "Position",
    "Reply", "Strict", "StrictBoolean", "StrictInteger", "StrictNumber", "StrictQuery", "StrictSerializer", "Text", "Wrong",
]
