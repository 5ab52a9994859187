"""The stock receipt order (приходный ордер запасов, form З-1) as a bilingual paper. Pure: values in, PDF out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from collection.kernel.calendar import ALMATY
from collection.kernel.mass import tonnes_text
from collection.kernel.paper import Sheet
from collection.kernel.words import Words


@dataclass(frozen=True, slots=True)
class StockOrderView:
    """The order, with the ticket it was made from; masses in grams. `organisation` takes the load into its stock."""

    number: int
    drawn_on: date
    consignment_id: UUID
    consignment_number: int
    organisation_id: UUID
    organisation: str
    identity_number: str
    category: str
    category_name: Words
    waste_code: str | None
    mass_g: int
    gross_g: int
    tare_g: int
    ticket_number: str
    scale_serial: str
    certificate_number: str
    certified_from: date
    certified_until: date
    weighed_at: datetime
    recorded_at: datetime
    manual: bool
    estimated: bool
    stored_tare: bool
    tare_until: date | None


def pdf(order: StockOrderView) -> bytes:
    """The order as a PDF in Kazakh and Russian; the same bytes for the same order."""
    sheet = Sheet(f"Приходный ордер запасов {order.number}", at=order.recorded_at,
                  foot=f"Партия № {order.consignment_number} · {order.consignment_id}")
    sheet.line_of(f"Қорлардың № {order.number} кіріс ордері", size=13, bold=True, align="C", gap=2)
    sheet.line_of(f"Приходный ордер запасов № {order.number}", size=13, bold=True, align="C", gap=1)
    sheet.line_of(f"{order.drawn_on:%d.%m.%Y}", align="C", gap=1)
    weighed = f"{order.weighed_at.astimezone(ALMATY):%d.%m.%Y %H:%M}"
    dates = f"{order.certified_from:%d.%m.%Y} – {order.certified_until:%d.%m.%Y}"
    sheet.beside(
        f"Ұйым: {order.organisation}, БСН/ЖСН {order.identity_number}\nТаразы талоны: № {order.ticket_number}, {weighed}\n"
        f"Таразы: {order.scale_serial}\nСалыстырып тексеру сертификаты: № {order.certificate_number}, {dates}",
        f"Организация: {order.organisation}, БИН/ИИН {order.identity_number}\n"
        f"Весовой талон: № {order.ticket_number}, {weighed}\nВесы: {order.scale_serial}\n"
        f"Сертификат поверки: № {order.certificate_number}, {dates}", gap=5)
    tare_kk, tare_ru = ("сақталған ыдыс", "сохранённая тара") if order.stored_tare else ("ыдыс", "тара")
    sheet.rows_of(
        ("Санат / Категория", "Код", "Брутто, т", f"{tare_kk} / {tare_ru}, т".capitalize(), "Нетто, т"),
        [[f"{order.category_name.kk} / {order.category_name.ru}", order.waste_code or "—", tonnes_text(order.gross_g),
          tonnes_text(order.tare_g), tonnes_text(order.mass_g)]],
        widths=(70, 25, 25, 35, 25), align=("LEFT", "LEFT", "RIGHT", "RIGHT", "RIGHT"))
    said = [words for holds, words in (
        (order.manual, ("Масса қолмен енгізілді.", "Масса введена вручную.")),
        (order.estimated, ("Масса бағаланды.", "Масса оценена."))) if holds]
    if said:
        sheet.beside(" ".join(kk for kk, _ in said), " ".join(ru for _, ru in said), gap=4)
    sheet.beside("Тапсырды\n\n____________________", "Қабылдады / Принял\n\n____________________", gap=10)
    return sheet.printed()
