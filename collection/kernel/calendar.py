"""Legal dates: a month ends when it ends in Almaty, by the offset of that date."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

#: UTC+6 until 29 February 2024, UTC+5 from 1 March 2024 (that last hour of February happened twice).
ALMATY = ZoneInfo("Asia/Almaty")


def almaty_date(at: datetime) -> date:
    """The legal date of an aware instant."""
    return at.astimezone(ALMATY).date()


def month_of(day: date) -> date:
    """The first day of the month of `day`: how a month is written everywhere in the house."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
