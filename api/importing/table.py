"""One CSV file as typed rows: UTF-8, commas, a first line of column names, decimals with a point. Nothing is guessed."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_ROWS = 100_000
MAX_CELL = 2_000
Reader = Callable[[str], Any]


class Unreadable(Exception):
    """Why one cell cannot be read: a stable code."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One error: where, and a stable code; `detail` are a refusal's own numbers."""

    file: str
    line: int
    column: str
    code: str
    detail: str = ""
    key: str = ""  # of the row, as far as it can be told


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    key: str  # what tells it from the others, in the words of the old books
    digest: str
    cells: dict[str, Any]


def read(name: str, data: bytes, columns: Mapping[str, Reader], key: tuple[str, ...]) -> tuple[list[Row], list[Wrong]]:
    """The rows that can be read, and everything that cannot: a cell, a row of another length, a key met twice."""
    wrong: list[Wrong] = []
    rows: list[Row] = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[:error.start].count(b"\n") + 1
        return [], [Wrong(name, line, "", "not_utf8")]
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    seen: dict[str, int] = {}
    try:
        header = next(reader, [])
        if problems := _header(name, header, columns):
            return [], problems
        line = reader.line_num + 1
        for n, cells in enumerate(reader):
            if n >= MAX_ROWS:  # good or bad: a million errors would help nobody
                return [], [Wrong(name, line, "", "too_many_rows", str(MAX_ROWS))]
            if cells:
                row, problems = _row(name, line, dict(zip(header, cells, strict=False)), len(cells) - len(header),
                                     columns, key)
                wrong += problems
                if row and row.key in seen:
                    wrong.append(Wrong(name, line, key[0], "duplicate", f"line {seen[row.key]}"))
                elif row:
                    seen[row.key] = line
                    rows.append(row)
            line = reader.line_num + 1
    except csv.Error as error:
        wrong.append(Wrong(name, reader.line_num, "", "not_csv", str(error)))
    return rows, wrong


def _header(file: str, header: list[str], columns: Mapping[str, Reader]) -> list[Wrong]:
    return [
        Wrong(file, 1, name, code) for code, names in (
            ("column_missing", [name for name in columns if name not in header]),
            ("column_unknown", [name for name in header if name not in columns]),
            ("column_twice", sorted({name for name in header if header.count(name) > 1})),
        ) for name in names
    ]


def _row(file: str, line: int, cells: dict[str, str], surplus: int, columns: Mapping[str, Reader],
         key: tuple[str, ...]) -> tuple[Row | None, list[Wrong]]:
    if surplus:
        return None, [Wrong(file, line, "", "wrong_number_of_cells", key=_key(cells, key))]
    wrong, values = [], {}
    for name, reader in columns.items():
        cell = cells[name].strip()
        try:
            if len(cell) > MAX_CELL:
                raise Unreadable("too_long")
            if cell[:1] in ("=", "@") or any(ord(letter) < 32 for letter in cell):
                raise Unreadable("not_plain_text")  # a spreadsheet would compute it
            values[name] = reader(cell)
        except Unreadable as reason:
            wrong.append(Wrong(file, line, name, str(reason), key=_key(cells, key)))
    if wrong:
        return None, wrong
    digest = hashlib.sha256("\0".join(cells[name].strip() for name in columns).encode()).hexdigest()
    return Row(line, _key(cells, key), digest, values), []


def _key(cells: dict[str, str], key: tuple[str, ...]) -> str:
    return " ".join(cells.get(name, "").strip() for name in key)


def text(cell: str) -> str:
    if not cell:
        raise Unreadable("empty")
    return cell


def maybe(reader: Reader, default: Any = None) -> Reader:
    return lambda cell: reader(cell) if cell else default


def one_of(*choices: str) -> Reader:
    def read(cell: str) -> str:
        if cell not in choices:
            raise Unreadable("not_a_choice")
        return cell
    return read


def number(cell: str) -> Decimal:
    """Digits and a point: a comma is refused, not taken for a point or a separator of thousands."""
    try:
        value = Decimal(cell)
    except InvalidOperation:
        raise Unreadable("not_a_number") from None
    if not value.is_finite() or not cell.isascii() or len(cell) > 20 or "e" in cell.lower() or "_" in cell:
        raise Unreadable("not_a_number")
    return value


def scaled(places: int) -> Reader:
    """Whole units of 10**-places: tonnes as grams (6), tenge as tiyn (2). More decimals are refused, never rounded."""
    def read(cell: str) -> int:
        value = number(cell).scaleb(places)
        if value != value.to_integral_value():
            raise Unreadable("too_many_decimals")
        if not 0 <= value < 10**15:
            raise Unreadable("out_of_range")
        return int(value)
    return read


tonnes, tenge = scaled(6), scaled(2)


def whole(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) < 16):
        raise Unreadable("not_a_number")
    return int(cell)


def coefficient(cell: str) -> Decimal:
    return number(cell)


def day(cell: str) -> date:
    try:
        if len(cell) != 10:
            raise ValueError
        return date.fromisoformat(cell)
    except ValueError:
        raise Unreadable("not_a_date") from None


def month(cell: str) -> date:
    return day(f"{cell}-01")


def moment(cell: str) -> datetime:
    """With its offset: 2026-03-02T10:15:00+05:00."""
    try:
        value = datetime.fromisoformat(cell)
    except ValueError:
        raise Unreadable("not_a_moment") from None
    if value.tzinfo is None:
        raise Unreadable("offset_missing")
    return value


def yes(cell: str) -> bool:
    return bool(one_of("yes", "no")(cell) == "yes")


def words(cell: str) -> list[str]:
    """`750000000;190000000`"""
    return [one.strip() for one in text(cell).split(";")]


def masses(cell: str) -> list[tuple[str, int]]:
    """`polymer:500;paper:120.5`, in tonnes, as (category, grams)."""
    found = []
    for one in words(cell):
        category, colon, mass = one.partition(":")
        if not colon:
            raise Unreadable("not_a_list_of_masses")
        found.append((category.strip(), tonnes(mass.strip())))
    return found
