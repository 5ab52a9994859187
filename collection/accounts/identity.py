"""Kazakhstan's identity numbers: BIN for companies, IIN for people. Twelve digits, the last one checks the rest.

Structure. IIN: birth date YYMMDD, a digit for century and sex (0 for some foreigners), four serial digits, check digit.
BIN: registration YYMM, a digit 4-6 for the kind of entity (never a day's first digit, which tells the two apart),
a digit 0-4 for head office, branch or other, five serial digits, check digit.
Check digit: the sum of the first eleven digits weighted 1..11, modulo 11; if that is 10, once more with the weights
3..11, 1, 2; if it is 10 again the number was never given out.
"""

from __future__ import annotations

import re
from typing import Literal

FIRST_PASS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND_PASS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)

BIN = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])[4-6][0-4][0-9]{6}")
IIN = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-6][0-9]{5}")
SHORT_MONTHS = {"0230", "0231", "0431", "0631", "0931", "1131"}


def check_digit(first_eleven: str) -> int | None:
    """The twelfth digit, or None when no valid number begins with these eleven."""
    digits = [int(digit) for digit in first_eleven]
    for weights in (FIRST_PASS, SECOND_PASS):
        remainder = sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11
        if remainder < 10:
            return remainder
    return None


def kind_of(number: str) -> Literal["person", "company"] | None:
    """Whether the number is built like an IIN or a BIN; None when it is neither. The check digit is not looked at."""
    if BIN.fullmatch(number):
        return "company"
    if IIN.fullmatch(number) and number[2:6] not in SHORT_MONTHS:
        return "person"
    return None


def is_valid_identity_number(number: str) -> bool:
    """Built like a BIN or IIN, with the right check digit."""
    return kind_of(number) is not None and check_digit(number[:11]) == int(number[11])
