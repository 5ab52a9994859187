"""All files of a directory, all or nothing: every row's error at once, and what was taken before left alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from collection.kernel.actor import HOUSE
from collection.kernel.db import transaction
from collection.kernel.refusals import Refusal
from collection.payouts import operations, queries
from collection.payouts.operations import TakenRow

from . import table
from .files import FILES, File, Unknown
from .table import Row, Wrong


class Rejected(Exception):
    """Something is wrong somewhere, so nothing was written; `wrong` is all of it."""

    def __init__(self, wrong: list[Wrong]) -> None:
        self.wrong = wrong
        super().__init__(f"{len(wrong)} errors")


@dataclass(slots=True)
class Taking:
    at: datetime
    programme: str
    before: dict[tuple[str, str], tuple[str, UUID | None]]
    found: dict[tuple[str, str], UUID | None] = field(default_factory=dict)
    bad: set[tuple[str, str]] = field(default_factory=set)  # rows that are there and wrong: who names them is not told so too
    taken: list[TakenRow] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    def find(self, file: str, key: str) -> UUID:
        it = self.found.get((file, key))
        if it is None:
            raise Unknown(file, key)
        return it


def take_over(directory: Path, *, at: datetime, programme: str) -> dict[str, int]:
    """Take every known file of the directory; how many rows of each were new. Call it in one transaction.

    Rejected carries every error of every file: a cell that cannot be read, a row that names an unknown one, what a verb
    refuses. A row that names a row which is itself wrong is not mentioned: mending that one mends it.
    """
    unknown = sorted(path.name for path in directory.glob("*.csv") if path.name not in {file.name for file in FILES})
    before = queries.taken_rows(programme)
    taking = Taking(at, programme, before, found={key: pk for key, (_, pk) in before.items()})
    taking.wrong += [Wrong(name, 0, "", "file_unknown") for name in unknown]
    for file in FILES:
        if (directory / file.name).exists():
            take(taking, file, (directory / file.name).read_bytes())
    if taking.wrong:
        raise Rejected(taking.wrong)
    counts = dict(Counter(row.file for row in taking.taken))
    if counts:
        operations.record_takeover(actor=HOUSE, at=at, programme=programme, rows=taking.taken, counts=counts)
    return counts


def take(taking: Taking, file: File, data: bytes) -> None:
    """The rows of one file: what is new becomes what the file says, what is wrong is written down."""
    rows, wrong = table.read(file.name, data, file.columns, file.key)
    taking.wrong += wrong
    taking.bad.update((file.name, one.key) for one in wrong if one.key)
    new = []
    for row in rows:
        digest, _ = taking.before.get((file.name, row.key), (None, None))
        if digest is None:
            new.append(row)
        elif digest != row.digest:
            taking.wrong.append(Wrong(file.name, row.line, file.key[0], "changed_since_import"))
            taking.bad.add((file.name, row.key))
    built = [(row, value) for row in new if (value := _build(taking, file, row)) is not None]
    while built:
        try:
            with transaction():  # a savepoint: what a refusal leaves behind is undone, and the other rows are tried again
                ids = file.take(taking.at, taking.programme, [value for _, value in built])
        except Refusal as refusal:
            built = _without_the_refused(taking, file, built, refusal)
            continue
        for (row, _), pk in zip(built, ids, strict=True):
            taking.found[file.name, row.key] = pk
            taking.taken.append(TakenRow(file.name, row.key, row.digest, pk))
        return


def _build(taking: Taking, file: File, row: Row) -> Any | None:
    try:
        return file.build(row.cells, taking.programme, taking.find)
    except Unknown as missing:
        taking.bad.add((file.name, row.key))
        if (missing.file, missing.key) not in taking.bad and not _unread(taking, missing):
            taking.wrong.append(Wrong(file.name, row.line, "", "names_an_unknown_row", f"{missing.file}: {missing.key}"))
        return None


def _unread(taking: Taking, missing: Unknown) -> bool:
    """Whether the file that should have it could not be read at all."""
    return any(wrong.file == missing.file and wrong.line <= 1 for wrong in taking.wrong)


def _without_the_refused(taking: Taking, file: File, built: list[tuple[Row, Any]],
                         refusal: Refusal) -> list[tuple[Row, Any]]:
    """The rows that are left; those refused are written down, or the whole file where the refusal names no row."""
    refused: set[int] = set()
    for defect in refusal.defects:
        parts = defect.pointer.strip("/").split("/")
        listed = parts[0].isdigit()
        place = int(parts[0]) if listed else 0
        if len(built) > 1 and not listed:
            continue
        name = "/".join(parts[1:] if listed else parts)
        head = name.split("/")[0]
        column = file.columns_of.get(name, file.columns_of.get(head, head))
        row = built[place][0]
        refused.add(place)
        taking.bad.add((file.name, row.key))
        detail = ", ".join(f"{key}={value}" for key, value in defect.params.items())
        taking.wrong.append(Wrong(file.name, row.line, column, defect.code, detail))
    if not refused:
        line = built[0][0].line if len(built) == 1 else 0
        taking.wrong.append(Wrong(file.name, line, "", refusal.code, str(refusal.fields or "")))
        taking.bad.update((file.name, row.key) for row, _ in built)
        return []
    return [one for n, one in enumerate(built) if n not in refused]
