"""Refusals that several verbs share, and how everything wrong with a list is said at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from collection.kernel.refusals import Defect, Refusal, Unprocessable
from collection.kernel.words import Words
from collection.registry.rules import pointer

#: Clocks of phones and scales may be wrong by so much: both times are kept, the legal date is never after recording,
#: and the rule `clock_ahead` marks it. Anything later has not happened yet.
CLOCK_TOLERANCE = timedelta(days=1)


class OccurredInFuture(Unprocessable):
    code = "occurred_in_future"
    words = Words("Бұл уақыт әлі келген жоқ", "Это время ещё не наступило", "That time has not come yet")


class ForeignOrigin(Unprocessable):
    """Waste from abroad is refused, not merely unpaid (product.md, "Money rules")."""

    code = "foreign_origin"
    words = Words("Шетелдік қалдық қабылданбайды", "Отходы из-за рубежа не принимаются", "Foreign waste is refused")


class Wrongs:
    """What is wrong with a list: collected item by item, refused at once with a pointer to each."""

    def __init__(self, many: Sequence[object]) -> None:
        self.many = many
        self.found: list[tuple[type[Refusal], Defect]] = []

    def add(self, refusal: type[Refusal], n: int, name: str, code: str = "", **params: Any) -> None:
        self.found.append((refusal, Defect(pointer(self.many, n, name), code or refusal.code, params)))

    def future(self, n: int, occurred_at: datetime, at: datetime, name: str = "occurred_at") -> None:
        if occurred_at > at + CLOCK_TOLERANCE:
            self.add(OccurredInFuture, n, name, at=at.isoformat())

    def refuse(self) -> None:
        """Raise the refusal itself when all defects are of one sort, else `invalid` with all of them."""
        if not self.found:
            return
        sorts = {sort for sort, _ in self.found}
        raise (sorts.pop() if len(sorts) == 1 else Unprocessable)(defects=[defect for _, defect in self.found])
