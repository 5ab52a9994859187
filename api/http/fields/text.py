"""Text that people can read, and that cannot deceive them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from .base import Strict, Wrong

BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Letters by category that no eye can see: the Hangul fillers and the empty Braille cell.
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
COMBINING_IN_A_ROW = 8


class Text(Strict, serializers.CharField):
    """Text in NFC, trimmed; length in code points. Controls, bidi overrides and invisible-only text are refused."""

    def __init__(self, *, max_length: int, min_length: int = 1, lines: bool = False, pattern: str | None = None,
                 **kwargs: Any) -> None:
        self.shortest, self.lines = min_length, lines
        self.pattern = None if pattern is None else re.compile(pattern, re.ASCII)
        super().__init__(max_length=max_length, min_length=min_length, allow_blank=min_length == 0, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:  # DRF would turn numbers into text and "" into blank first
        is_empty, data = self.validate_empty_values(data)
        return data if is_empty else self.to_internal_value(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise Wrong("not_text")
        if len(data) > 4 * self.max_length + 1000:  # normalising can shorten, but not that much
            raise Wrong("too_long", max=self.max_length)
        text = unicodedata.normalize("NFC", data).strip()
        if not (text.isascii() and text.isprintable()):
            refuse_tricks(text, lines=self.lines)
        if not text and self.shortest:
            raise Wrong("blank")
        if len(text) > self.max_length:
            raise Wrong("too_long", max=self.max_length)
        if len(text) < self.shortest:
            raise Wrong("too_short", min=self.shortest)
        if self.pattern is not None and text and self.pattern.fullmatch(text) is None:
            raise Wrong("wrong_format", pattern=self.pattern.pattern)
        return text


def refuse_tricks(text: str, *, lines: bool) -> None:
    """Raise Wrong for text that would deceive a reader: controls, overrides, invisible letters, towers of accents."""
    visible, marks = False, 0
    for character in text:
        category = unicodedata.category(character)
        if (category in ("Cc", "Cs", "Zl", "Zp") and not (lines and character in "\n\t")) or is_noncharacter(character):
            raise Wrong("control_character", code_point=f"U+{ord(character):04X}")
        if character in BIDI:
            raise Wrong("bidi_override", code_point=f"U+{ord(character):04X}")
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > COMBINING_IN_A_ROW:
            raise Wrong("too_many_marks", max=COMBINING_IN_A_ROW)
        visible = visible or not (category in ("Cf", "Zs", "Mn", "Me", "Cc") or character in BLANK_LETTERS)
    if text and not visible:
        raise Wrong("blank")


def is_noncharacter(character: str) -> bool:
    number = ord(character)
    return 0xFDD0 <= number <= 0xFDEF or number & 0xFFFE == 0xFFFE
