"""What became of every row: a line each in a file, and by reason on the screen."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TextIO

from .feeding import Outcome

COLUMNS = ("line", "id", "outcome", "code", "pickup_number", "why")
LINES_SHOWN = 5
#: A reason is told apart by its words as long as there are so few; otherwise the first ones stand for all.
WORDS_SHOWN = 6


@dataclass
class Report:
    """Counts as it goes. `file` gets every row at once, so that an interrupted run leaves what it knew."""

    file: TextIO | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, dict[str, list[int]]] = field(default_factory=dict)  # code -> words -> lines
    remarks: Counter[str] = field(default_factory=Counter)  # of accepted rows
    accepted_g: int = 0
    assumed_g: int = 0

    def begin(self) -> None:
        self._write(COLUMNS)

    def add(self, one: Outcome) -> None:
        self.outcomes[one.outcome] += 1
        if one.outcome == "refused":
            self.reasons.setdefault(one.code, {}).setdefault(one.why, []).append(one.line)
        elif one.outcome == "accepted":
            self.accepted_g += one.declared_g
            self.assumed_g += one.declared_g if one.mass_assumed else 0
            self.remarks.update(one.remarks)
        self._write((one.line, plain(one.id), one.outcome, one.code, one.number or "", plain(one.why)))

    def _write(self, cells: tuple[object, ...]) -> None:
        if self.file:
            csv.writer(self.file, lineterminator="\n").writerow(cells)
            self.file.flush()

    def refused(self) -> dict[str, int]:
        """How many rows each code refused."""
        return {code: sum(map(len, words.values())) for code, words in sorted(self.reasons.items())}

    def table(self) -> list[str]:
        """The refusals by reason, most frequent first: code, rows, why, the first lines."""
        found = []
        for code, words in self.reasons.items():
            if len(words) > WORDS_SHOWN:
                words = {f"{next(iter(words))} (the first; see the report)": sorted(chain(*words.values()))}
            found += [(code, why, lines) for why, lines in words.items()]
        width = max((len(code) for code, _, _ in found), default=0)
        return [f"  {len(lines):>6,}  {code:<{width}}  {why[:300]} (line{'s' if len(lines) > 1 else ''} "
                f"{', '.join(map(str, lines[:LINES_SHOWN]))}{' ...' if len(lines) > LINES_SHOWN else ''})"
                for code, why, lines in sorted(found, key=lambda one: (-len(one[2]), one[2]))]


def plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
