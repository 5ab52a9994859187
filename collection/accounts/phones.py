"""Telephone numbers the programme sends codes to: mobile numbers of Kazakhstan, +7 7xx."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberType

E164 = re.compile(r"\+[1-9][0-9]{7,14}")
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def is_served(phone: str) -> bool:
    """Whether `phone` (E.164) is a mobile number of Kazakhstan: premium, fixed and foreign ones only cost money."""
    if not (E164.fullmatch(phone) and phone.startswith("+77")):
        return False
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in MOBILE
