"""The bank's answers as CSV: `order_id`, `status` (paid or rejected), `bank_reference`, `reason`; semicolons or commas."""

from __future__ import annotations

import csv
import re
from uuid import UUID

from .values import MAX_ROWS, Answer, Fault, Report

COLUMNS = ("order_id", "status", "bank_reference", "reason")
CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LENGTHS = {"bank_reference": 60, "reason": 200}
#: Cells that begin so are formulas to a spreadsheet; a bank's reference or reason never does.
FORMULA = ("=", "+", "-", "@")


def read(data: bytes) -> Report:
    """Every answer, or every fault of every row: `not_utf8`, `columns_wrong`, `too_many_rows`, `no_rows`; `cells_wrong`,
    `order_id_invalid`, `status_unknown`, `formula`, `too_long`. Rows are counted as a spreadsheet does, the head being 1.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Report((), (Fault(0, "", "not_utf8"),))
    lines = text.splitlines()
    head = lines[0] if lines else ""
    if "\0" in text or len(lines) - 1 > MAX_ROWS:
        code = "not_text" if "\0" in text else "too_many_rows"
        return Report((), (Fault(0, "", code, {"max": MAX_ROWS} if code == "too_many_rows" else {}),))
    try:
        read_rows = list(csv.reader(lines, delimiter=";" if ";" in head else ","))
    except csv.Error:  # a cell beyond the reader's limit
        return Report((), (Fault(0, "", "not_csv"),))
    if not read_rows or tuple(cell.strip() for cell in read_rows[0]) != COLUMNS:
        return Report((), (Fault(1, "", "columns_wrong", {"expected": list(COLUMNS)}),))
    answers, faults = [], []
    for n, cells in enumerate(read_rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        wrong = list(_faults(n, cells))
        faults += wrong
        if not wrong:
            order, status, reference, reason = (cell.strip() for cell in cells)
            answers.append(Answer(n, UUID(order), status == "paid", reference or None, reason))
    if not answers and not faults:
        faults.append(Fault(0, "", "no_rows"))
    return Report((), tuple(faults)) if faults else Report(tuple(answers), ())


def _faults(row: int, cells: list[str]) -> list[Fault]:
    if len(cells) != len(COLUMNS):
        return [Fault(row, "", "cells_wrong", {"expected": len(COLUMNS), "found": len(cells)})]
    given = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
    wrong = (
        (CANONICAL.fullmatch(given["order_id"]) is None, "order_id", "order_id_invalid"),
        (given["status"] not in ("paid", "rejected"), "status", "status_unknown"),
        *((given[name].startswith(FORMULA), name, "formula") for name in LENGTHS),
        *((len(given[name]) > most, name, "too_long") for name, most in LENGTHS.items()),
    )
    return [Fault(row, name, code, {"given": given[name][:40]}) for is_wrong, name, code in wrong if is_wrong]
