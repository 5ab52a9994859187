"""BIN and IIN by their two-pass check digit."""

from __future__ import annotations

import pytest

from collection.accounts.identity import check_digit, is_valid_identity_number, kind_of
from collection.accounts.phones import is_served


def test_the_first_pass_decides_where_it_can():
    # 9*1+4*2+0*3+2*4+4*5+0*6+0*7+0*8+0*9+2*10+2*11 = 87 = 7*11 + 10: both ways are worked out below
    assert sum(int(d) * w for d, w in zip("94024000022", range(1, 12), strict=True)) % 11 == 10
    # second pass, weights 3..11, 1, 2: 27+16+0+12+28+0+0+0+0+2+4 = 89 = 8*11 + 1
    assert check_digit("94024000022") == 1
    # 2*1+1*2+0*3+5*4+4*5+0*6+0*7+0*8+0*9+0*10+1*11 = 55 = 5*11 + 0
    assert check_digit("21054000001") == 0


def test_some_beginnings_never_become_a_number():
    none = [first for first in (f"2105400{n:04d}" for n in range(10_000)) if check_digit(first) is None]
    assert none  # a remainder of ten in both passes exists
    for digit in range(10):
        assert not is_valid_identity_number(none[0] + str(digit))


@pytest.mark.parametrize(("number", "kind"), [
    ("940240000221", "company"), ("210540000010", "company"), ("900101300017", "person"), ("900230300010", None),
    ("901301300010", None), ("900132300010", None), ("21054000001", None), ("2105400000100", None), ("", None),
    ("21054000001٣", None), ("210590000010", None), ("900101900017", None),
])
def test_the_structure_tells_people_from_companies(number, kind):
    assert kind_of(number) == kind


def test_nine_of_ten_slips_of_one_digit_are_noticed():
    good = "940240000221"  # not all: weight eleven is nought modulo eleven, and the second pass has blind spots too
    assert is_valid_identity_number(good)
    wrong = [good[:i] + digit + good[i + 1:] for i in range(12) for digit in "0123456789" if digit != good[i]]
    assert sum(not is_valid_identity_number(number) for number in wrong) >= 0.9 * len(wrong)


@pytest.mark.parametrize(("phone", "served"), [
    ("+77011234567", True), ("+77771234567", True), ("+77081234567", True),
    ("+79161234567", False),  # Russia
    ("+77172123456", False),  # a fixed line in Astana
    ("+78001234567", False), ("+78091234567", False), ("87011234567", False), ("+7701123456", False),
    ("+7 701 123 45 67", False), ("+7(701)1234567", False), ("+٧٧٠١١٢٣٤٥٦٧", False), ("+18765550123", False),
    ("", False),
])
def test_b63_only_mobile_numbers_of_kazakhstan_get_codes(phone, served):
    assert is_served(phone) is served
