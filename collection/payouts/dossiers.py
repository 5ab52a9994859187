"""The dossier of a company as a bilingual paper. Pure: the plain values of the JSON in, PDF out, the same for the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from collection.kernel.mass import tonnes_text
from collection.kernel.money import tenge_text
from collection.kernel.paper import Sheet

from .acts import spaced

#: Heading (Kazakh / Russian), key of the list, then the columns: heading, width, and how a value is written.
Column = tuple[str, int, Callable[[Mapping[str, Any]], str]]


def _text(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: "" if row[name] is None else str(row[name])


def _day(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: "" if row[name] is None else str(row[name])[:10]


def _tonnes(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: spaced(tonnes_text(row[name]))


def _tenge(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: spaced(tenge_text(row[name]))


SECTIONS: Sequence[tuple[str, str, Sequence[Column]]] = (
    ("Келісімшарттар / Договоры", "contracts", (
        ("№", 28, _text("number")), ("Түрі / Вид", 24, _text("kind")), ("Күйі / Состояние", 24, _text("state")),
        ("Бастап / С", 20, _day("valid_from")), ("Дейін / По", 20, _day("valid_to")),
        ("Санаттар / Категории", 64, lambda row: ", ".join(
            f"{one['category']} {tonnes_text(one['used_g'])} / {tonnes_text(one['quota_g'])} т" for one in row["categories"])))),
    ("Құралдар / Средства", "means", (
        ("Түрі / Вид", 30, _text("kind")), ("Атауы / Название", 60, _text("name")), ("Бастап / С", 30, _day("since")),
        ("Куәлік / Поверка до", 30, _day("until")), ("Шығарылды / Выбыло", 30, _day("retired_at")))),
    ("Тонналар / Тонны", "loads", (
        ("Рөлі / Роль", 24, _text("part")), ("Ай / Месяц", 18, _text("month")), ("Санат / Категория", 26, _text("category")),
        ("Саны / Число", 16, _text("loads_n")), ("Мәлім. / Заявл.", 20, _tonnes("declared_g")),
        ("Жинал. / Собр.", 19, _tonnes("collected_g")), ("Қабыл. / Прин.", 19, _tonnes("received_g")),
        ("Өңд. / Перер.", 19, _tonnes("recycled_g")), ("Төл. / Опл.", 19, _tonnes("paid_g")))),
    ("Масса балансы / Баланс масс", "balances", (
        ("Ай / Месяц", 20, _text("month")), ("Санат / Категория", 30, _text("category")), ("Не / Что", 26, _text("material")),
        ("Басы / Начало", 26, _tonnes("opening_g")), ("Кіріс / Приход", 26, _tonnes("in_g")),
        ("Шығыс / Расход", 26, _tonnes("out_g")), ("Соңы / Конец", 26, _tonnes("closing_g")))),
    ("Ережелер / Правила", "rules", (
        ("Ереже / Правило", 60, _text("rule")), ("Қалай / Как", 24, _text("how")), ("Барлығы / Всего", 22, _text("hits_n")),
        ("Ашық / Открыто", 22, _text("open_n")), ("Алынды / Снято", 22, _text("lifted_n")), ("KZT", 30, _tenge("amount_tiyn")))),
    ("Тоқтатылғандар / Удержанное", "held", (
        ("Жүк / Партия", 24, _text("consignment_number")), ("Кезең / Этап", 26, _text("stage")),
        ("Ереже / Правило", 56, _text("rule")), ("т", 22, _tonnes("mass_g")), ("KZT", 28, _tenge("amount_tiyn")),
        ("Алынды / Снято", 24, _day("lifted_at")))),
    ("Төлем өтінімдері / Заявки на выплату", "claims", (
        ("№", 16, _text("number")), ("Ай / Месяц", 20, _text("month")), ("Шарт / Договор", 30, _text("contract_number")),
        ("Күйі / Состояние", 26, _text("state")), ("Акт", 26, _text("act_number")),
        ("ЭШФ / ЭСФ", 32, _text("einvoice_number")), ("KZT", 30, _tenge("amount_tiyn")))),
    ("Бас кітап / Главная книга", "accounts", (
        ("Шарт / Договор", 60, _text("contract_number")), ("Шот / Счёт", 60, _text("kind")),
        ("KZT", 60, _tenge("balance_tiyn")))),
    ("Аудит журналы / Журнал аудита", "verbs", (
        ("Әрекет / Действие", 80, _text("verb")), ("Саны / Число", 30, _text("lines_n")),
        ("Алғашқы / Первое", 35, _day("first_at")), ("Соңғы / Последнее", 35, _day("last_at")))),
)


def pdf(told: Mapping[str, Any]) -> bytes:
    """`told`: the dossier as JSON would have it. Its date is that of the last thing the record says of the company."""
    company = told["company"]
    at = max([company["created_at"], *_times(told)])
    sheet = Sheet(f"Досье {company['identity_number']}", at=at,
                  foot=f"Досье · {company['name']} · БСН/БИН {company['identity_number']} · {company['id']}")
    sheet.line_of("Кәсіпорын досьесі / Досье предприятия", size=13, bold=True, align="C")
    sheet.line_of(f"{company['name']}, БСН/БИН {company['identity_number']}", size=11, bold=True, align="C", gap=1)
    sheet.line_of(f"Жазбалар {at:%Y-%m-%d %H:%M} UTC дейін / Записи по {at:%Y-%m-%d %H:%M} UTC", align="C", gap=1)
    if company["suspended_at"]:
        sheet.line_of(f"Тоқтатылған / Приостановлено: {company['suspended_at']:%Y-%m-%d}", bold=True, align="C", gap=1)
    if told["changed_by_hand_n"]:
        sheet.line_of(f"Қолмен өзгертілген жолдар / Строк, изменённых вручную: {told['changed_by_hand_n']}", bold=True, gap=2)
    for heading, name, columns in SECTIONS:
        rows = told[name]
        sheet.line_of(heading, size=10, bold=True, gap=4)
        if not rows:
            sheet.line_of("Жоқ / Нет")
            continue
        sheet.rows_of([title for title, _, _ in columns], [[write(row) for _, _, write in columns] for row in rows],
                      widths=[width for _, width, _ in columns], align=["LEFT"] * len(columns), size=6.5)
    return sheet.printed()


def _times(told: Mapping[str, Any]) -> Iterable[datetime]:
    for name, times in (("verbs", ("last_at",)), ("held", ("placed_at", "lifted_at")), ("claims", ("created_at", "paid_at"))):
        yield from (one[time] for one in told[name] for time in times if one[time])
