"""A register as CSV and as XLSX: one row for each order, a total below.

A text that a spreadsheet would take for a formula gets an apostrophe before it in CSV; in XLSX texts are texts.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from collection.kernel.money import tenge_text

from .values import RegisterFile

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ("№", "Поручение", "Заявка", "Акт", "Договор", "Получатель", "БИН/ИИН", "IBAN", "Сумма, KZT", "КНП")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | Decimal


def rows(register: RegisterFile) -> Iterator[Sequence[Cell]]:
    yield HEAD
    for n, one in enumerate(register.transfers, 1):
        yield (n, str(one.order_id), one.claim_number, one.act_number, one.contract_number, one.payee, one.identity_number,
               one.iban, Decimal(tenge_text(one.amount_tiyn)), register.debtor.purpose)
    yield ("", "", "", "", "", "Итого", "", "", Decimal(tenge_text(register.amount_tiyn)), "")


def as_csv(register: RegisterFile) -> bytes:
    """UTF-8 with a byte order mark and semicolons, as Excel opens it in Kazakhstan; amounts with a decimal comma."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in rows(register):
        writer.writerow([_plain(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else str(cell)


def as_xlsx(register: RegisterFile) -> bytes:
    """A workbook of one sheet; amounts are numbers with two decimals."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _PARTS.items():
            book.writestr(_member(name), text)
        body = "".join(
            f'<row r="{r}">{"".join(_cell(cell, f"{chr(65 + c)}{r}") for c, cell in enumerate(row))}</row>'
            for r, row in enumerate(rows(register), 1))
        book.writestr(_member("xl/worksheets/sheet1.xml"), f"{_XML}<worksheet {_MAIN}><sheetData>{body}</sheetData></worksheet>")
    return out.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    """A member with a date that never changes, so that the same register is the same bytes."""
    made = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def _cell(cell: Cell, at: str) -> str:
    if isinstance(cell, str):
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>' if cell else ""
    return f'<c r="{at}" s="{int(isinstance(cell, Decimal))}"><v>{cell}</v></c>'


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml":
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        f'package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{_SHEETS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEETS}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEETS}.worksheet+xml"/></Types>',
    "_rels/.rels":
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_REL}/officeDocument" '
        f'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml":
        f'{_XML}<workbook {_MAIN} xmlns:r="{_REL}"><sheets><sheet name="Реестр" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels":
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_REL}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml":
        f'{_XML}<styleSheet {_MAIN}><fonts count="1"><font/></fonts>'
        f'<fills count="2"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/>'
        f'</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="4" '
        f'applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        '</styleSheet>',
}
