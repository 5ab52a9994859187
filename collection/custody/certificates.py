"""The certificate of recycling as a bilingual paper with a QR code that leads to its public check. Pure: values in, PDF out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import segno

from collection.kernel.calendar import ALMATY
from collection.kernel.mass import tonnes_text
from collection.kernel.paper import Sheet
from collection.kernel.words import Words

QR_MM = 34.0


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One category, in grams: weighed when it was collected, accepted by recyclers, and confirmed as processed."""

    category: str
    category_name: Words
    loads: int
    collected_g: int
    received_g: int
    recycled_g: int


@dataclass(frozen=True, slots=True)
class CertificateView:
    """`state`: valid; corrected (the facts have been put right since it was issued); revoked."""

    id: UUID
    number: int
    code: str
    programme: str
    generator_id: UUID
    generator: str
    identity_number: str
    person: bool  # its identity number is a person's
    month_from: date
    month_to: date
    lines: tuple[CertificateLine, ...]
    issued_at: datetime
    state: str
    revoked_at: datetime | None
    reason: str
    synthetic: bool
    version: int


def pdf(certificate: CertificateView, *, programme: Words, address: str) -> bytes:
    """A4 in Kazakh and Russian; the same bytes for the same certificate. `address` is that of its public check."""
    sheet = Sheet(f"Сертификат № {certificate.number}", at=certificate.issued_at, foot=f"{certificate.code} · {address}")
    sheet.line_of("Қалдықтарды қайта өңдеу сертификаты", size=17, bold=True, align="C", gap=6)
    sheet.line_of("Сертификат о переработке отходов", size=17, bold=True, align="C", gap=1)
    sheet.line_of(f"№ {certificate.number}", size=12, align="C", gap=2)
    if certificate.synthetic:
        sheet.line_of("ҮЛГІ · ОБРАЗЕЦ", size=12, bold=True, align="C", gap=1)
    months = span(certificate.month_from, certificate.month_to)
    sheet.line_of(certificate.generator, size=14, bold=True, align="C", gap=8)
    sheet.line_of(f"БСН/ЖСН · БИН/ИИН {certificate.identity_number}", size=9, align="C", gap=1)
    sheet.beside(
        f"{programme.kk}, {months}: тапсырған қалдықтарының таразыда өлшенген, қайта өңдеушілер қабылдаған және қайта "
        "өңделгені расталған массасы:",
        f"{programme.ru}, {months}: масса сданных отходов, взвешенных на весах, принятых переработчиками и "
        "подтверждённых как переработанные:", size=9.5, gap=8)
    sheet.rows_of(
        ("Санат / Категория", "Партия / Партий", "Жиналды / Собрано, т", "Қабылданды / Принято, т",
         "Қайта өңделді / Переработано, т"),
        [[f"{one.category_name.kk} / {one.category_name.ru}", str(one.loads), tonnes_text(one.collected_g),
          tonnes_text(one.received_g), tonnes_text(one.recycled_g)] for one in certificate.lines] + [_total(certificate.lines)],
        widths=(64, 22, 30, 32, 32), align=("LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT"), totals=1, size=8.5)
    issued = f"{certificate.issued_at.astimezone(ALMATY):%d.%m.%Y %H:%M}"
    sheet.ln(10)
    top = sheet.get_y()
    draw(sheet, address, sheet.l_margin, top)
    sheet.set_xy(sheet.l_margin + QR_MM + 6, top + 2)
    sheet.set_font("DejaVu", size=9)
    sheet.multi_cell(0, 4.6, "\n".join([
        f"Берілген уақыты / Выдан: {issued}", f"Тексеру коды / Код проверки: {certificate.code}", "",
        "Бұл қағаздың әлі жарамды екенін QR-код бойынша тексеріңіз.",
        "Действителен ли этот документ сейчас, проверьте по QR-коду.",
        address]), align="L")
    return sheet.printed()


def draw(sheet: Sheet, text: str, x: float, y: float) -> None:
    """The QR code as squares, sharp at any size; error correction M, as papers are folded."""
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=0))
    side = QR_MM / len(rows)
    sheet.set_fill_color(0, 0, 0)
    for n, row in enumerate(rows):
        for m, dark in enumerate(row):
            if dark:
                sheet.rect(x + m * side, y + n * side, side * 1.02, side * 1.02, style="F")


def span(first: date, last: date) -> str:
    return f"{first:%m.%Y}" if first == last else f"{first:%m.%Y} – {last:%m.%Y}"


def _total(lines: Sequence[CertificateLine]) -> list[str]:
    return ["Барлығы / Итого", str(sum(one.loads for one in lines)), *(
        tonnes_text(sum(getattr(one, name) for one in lines)) for name in ("collected_g", "received_g", "recycled_g"))]
