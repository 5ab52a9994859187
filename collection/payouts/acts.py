"""The act of work done: a claim as a bilingual paper for both parties' signatures. Pure: values in, PDF out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from collection.kernel.calendar import almaty_date, next_month
from collection.kernel.mass import tonnes_text
from collection.kernel.money import tenge_text
from collection.kernel.paper import Sheet
from collection.kernel.words import Words

STAGES = {
    "collection": Words("Жинау", "Сбор", "Collection"), "transport": Words("Тасымалдау", "Транспортировка", "Transport"),
    "recycling": Words("Қайта өңдеу", "Переработка", "Recycling"),
    "whole": Words("Барлық кезең", "Все этапы", "All stages together"),
}


@dataclass(frozen=True, slots=True)
class ActRow:
    """Lines of one category, stage and rate added up; reversals of earlier months stand apart."""

    category: Words
    stage: str
    coefficient: Decimal
    index_tiyn: int
    reversal: bool
    lines_n: int
    mass_g: int
    amount_tiyn: int


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    identity_number: str  # BIN or IIN


@dataclass(frozen=True, slots=True)
class Act:
    """What an act says. `customer` is the operator; the VAT is contained in the amount, and 0 where there is none."""

    claim_id: UUID
    claim_number: int
    state: str
    month: date
    number: str
    einvoice_number: str
    contract_number: str
    programme: Words
    contractor: Party
    customer: Party
    vat_payer: bool
    rows: Sequence[ActRow]
    amount_tiyn: int
    vat_tiyn: int
    declaration: Words | None
    at: datetime  # when it was submitted, or else prepared


def spaced(number: str) -> str:
    """Thousands apart, as papers write them: 235826.50 -> 235 826,50."""
    whole, _, rest = number.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", "\u00a0")
    return sign + grouped + ("," + rest if rest else "")


def pdf(act: Act) -> bytes:
    """The act as a PDF. A claim that is not submitted yet is marked as a draft."""
    said = act.number or f"{act.claim_number}"
    sheet = Sheet(f"Акт {said}", at=act.at, foot=f"Өтінім / Заявка № {act.claim_number} · {act.claim_id}")
    if not act.number:
        sheet.line_of("ЖОБА, қол қойылмаған / ПРОЕКТ, не подписан", size=11, bold=True, align="C")
    sheet.line_of(f"Орындалған жұмыстардың № {said} актісі", size=13, bold=True, align="C", gap=2)
    sheet.line_of(f"Акт выполненных работ № {said}", size=13, bold=True, align="C", gap=1)
    last = date.fromordinal(next_month(act.month).toordinal() - 1)
    sheet.line_of(f"{almaty_date(act.at):%d.%m.%Y}", align="C", gap=1)
    contractor, customer = act.contractor, act.customer
    sheet.beside(
        f"Тапсырыс беруші: {customer.name}, БСН {customer.identity_number}\n"
        f"Орындаушы: {contractor.name}, БСН/ЖСН {contractor.identity_number}\n"
        f"Бағдарлама: {act.programme.kk}\nШарт: № {act.contract_number}\n"
        f"Кезең: {act.month:%d.%m.%Y} – {last:%d.%m.%Y}\nЭШФ: {act.einvoice_number or '—'}",
        f"Заказчик: {customer.name}, БИН {customer.identity_number}\n"
        f"Исполнитель: {contractor.name}, БИН/ИИН {contractor.identity_number}\n"
        f"Программа: {act.programme.ru}\nДоговор: № {act.contract_number}\n"
        f"Период: {act.month:%d.%m.%Y} – {last:%d.%m.%Y}\nЭСФ: {act.einvoice_number or '—'}", gap=5)
    sheet.rows_of(
        ("№", "Санат / Категория", "Кезең / Этап", "Партия / Партий", "Тонна / Тонн",
         "Коэффициент × АЕК / МРП, ₸", "Сома / Сумма, ₸"),
        [[str(n), f"{one.category.kk} / {one.category.ru}",
          f"{STAGES[one.stage].kk} / {STAGES[one.stage].ru}" + (" (сторно)" if one.reversal else ""), str(one.lines_n),
          spaced(tonnes_text(one.mass_g)), f"{spaced(f'{one.coefficient.normalize():f}')} × {spaced(tenge_text(one.index_tiyn))}",
          spaced(tenge_text(one.amount_tiyn))] for n, one in enumerate(act.rows, 1)]
        # A load of several stages stands in several rows: neither loads nor tonnes are added up.
        + [["", "Барлығы / Итого", "", "", "", "", spaced(tenge_text(act.amount_tiyn))],
           ["", "оның ішінде ҚҚС / в том числе НДС", "", "", "", "",
            spaced(tenge_text(act.vat_tiyn)) if act.vat_payer else "ҚҚС-сыз / без НДС"]],
        widths=(7, 40, 36, 17, 22, 30, 28), align=("RIGHT", "LEFT", "LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT"), totals=2)
    sheet.beside(f"Барлығы {spaced(tenge_text(act.amount_tiyn))} теңге сомасына жұмыс орындалды. Бір килограмның бірнеше "
                 "кезеңі болуы мүмкін, сондықтан тонналар қосылмайды.",
                 f"Всего выполнено работ на сумму {spaced(tenge_text(act.amount_tiyn))} тенге. Один килограмм может пройти "
                 "несколько этапов, поэтому тонны не складываются.", gap=4)
    if act.declaration:
        sheet.line_of("Мәлімдеме / Декларация", bold=True, gap=4)
        sheet.beside(act.declaration.kk, act.declaration.ru)
    sheet.beside(f"Тапсырыс беруші / Заказчик\n{customer.name}\n\n____________________ / ____________",
                 f"Орындаушы / Исполнитель\n{contractor.name}\n\n____________________ / ____________", gap=10)
    return sheet.printed()
