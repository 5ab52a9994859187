"""The format-logical control: every rule a pure function of facts, with its words, its cure and its source.

| severity | what it does |
| --- | --- |
| hold | stops one line's money until somebody lifts it with a reason |
| block | returns the whole claim to the contractor |
| flag | marks, and stops nothing |

A rule answers with the numbers that break it, or None. All of them are asked, so all defects come at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from collection.contracts.rules import SEPARATE_COLLECTION_PAYABLE_FROM
from collection.contracts.states import EXCLUDED_ORIGINS
from collection.kernel.words import Words

#: Papers are to be uploaded within three days; later is a mark, because phones are often out of reach.
LATE = timedelta(days=3)

Numbers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What the rules know about one line. Masses in grams; dates are Almaty's; `..._until` of the contract is exclusive."""

    stage: str
    origin: str
    supply_on: date
    code_allowed: bool  # the waste code is one of the category's, or not stated
    programme_from: date
    programme_to: date | None  # the last day
    contract_from: date
    contract_until: date
    category_covered: bool
    region_served: bool
    certified_from: date
    certified_until: date  # the certificate's last day
    net_g: int
    payload_g: int | None
    mass_g: int
    month_g: int | None  # the plant's recycled mass of the month, up to and with this fact
    capacity_g: int | None  # what the plant is licensed for in a month
    rejected_before: bool  # an earlier edition of this fact was claimed for the stage and finally rejected
    recorded_late_by: timedelta
    clock_ahead_by: timedelta
    weighed_before_loaded: bool


@dataclass(frozen=True, slots=True)
class Stock:
    """Product of one category that a plant made and sold since the beginning, in grams."""

    category: str
    product_g: int
    sold_g: int


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What the rules know about a whole claim."""

    act_number: str
    einvoice_number: str | None
    einvoice_elsewhere: bool  # the same number stands on a sale or another claim
    stocks: Sequence[Stock]  # of the recycling contract's plant


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    severity: str  # hold | block | flag
    words: Words
    cure: Words
    source: str
    broken: Callable[[Any], Numbers | None]  # of LineFacts or ClaimFacts


LINE_RULES: list[Rule] = []
CLAIM_RULES: list[Rule] = []


def _rule(registry: list[Rule], severity: str, words: Words, *, cure: Words, source: str) -> Callable[[Any], Any]:
    """Puts a function of the same name into the registry."""
    def register(broken: Callable[[Any], Numbers | None]) -> Callable[[Any], Numbers | None]:
        registry.append(Rule(broken.__name__, severity, words, cure, source, broken))
        return broken

    return register


def broken(facts: LineFacts | ClaimFacts, *severities: str) -> dict[str, Numbers]:
    """Every rule of these severities that the facts break, with the numbers that break it."""
    rules = LINE_RULES if isinstance(facts, LineFacts) else CLAIM_RULES
    return {rule.code: numbers for rule in rules
            if rule.severity in severities and (numbers := rule.broken(facts)) is not None}


# --- lines: hold -----------------------------------------------------------------------------------------------------

@_rule(LINE_RULES, "hold",
       Words("Қалдықтың шығу тегі төлемге жатпайды", "Происхождение отходов не оплачивается",
             "The waste comes from an origin that is not paid for"),
       cure=Words("Өз контейнеріңізден бөлек жиналғанын дәлелдеңіз", "Подтвердите раздельный сбор из своих контейнеров",
                  "Show that it came from your own separate-collection containers"),
       source="Programme rules: central municipal containers and sorting plants; own containers since mid-2025")
def origin_excluded(facts: LineFacts) -> Numbers | None:
    too_early = facts.origin == "separate_collection" and facts.supply_on < SEPARATE_COLLECTION_PAYABLE_FROM
    if facts.origin in EXCLUDED_ORIGINS or too_early:
        return {"origin": facts.origin}
    return None


@_rule(LINE_RULES, "hold",
       Words("Шетелдік қалдық", "Отходы из-за рубежа", "Waste from abroad"),
       cure=Words("Шығу елін растайтын құжат беріңіз", "Представьте документ о происхождении из Казахстана",
                  "Present a document showing that it arose in Kazakhstan"),
       source="Programme rules: foreign waste is refused; this catches papers that came in another way")
def foreign_origin(facts: LineFacts) -> Numbers | None:
    return {"origin": facts.origin} if facts.origin == "foreign" else None


@_rule(LINE_RULES, "hold",
       Words("Қалдық коды төленетін санатқа жатпайды", "Код отхода не входит в оплачиваемую категорию",
             "The waste code belongs to no paid category"),
       cure=Words("Санатты немесе кодты түзетіңіз", "Исправьте категорию или код", "Correct the category or the code"),
       source="Waste classifier and the programme's table of codes by category")
def code_without_category(facts: LineFacts) -> Numbers | None:
    return None if facts.code_allowed else {}


@_rule(LINE_RULES, "hold",
       Words("Жеткізу күні бағдарлама мерзімінен тыс", "Дата поставки вне периода программы",
             "The supply date is outside the programme's period"),
       cure=Words("Жеткізу күнін тексеріңіз", "Проверьте дату поставки", "Check the supply date"),
       source="Programme, its period")
def outside_programme_period(facts: LineFacts) -> Numbers | None:
    if facts.programme_from <= facts.supply_on and (facts.programme_to is None or facts.supply_on <= facts.programme_to):
        return None
    return {"supply_on": facts.supply_on.isoformat()}


@_rule(LINE_RULES, "hold",
       Words("Жеткізу күні шарт күшінде болмаған", "Договор не действовал в день поставки",
             "The contract was not in force on the supply date"),
       cure=Words("Шарттың мерзімін сол күнге ұзартыңыз", "Продлите договор на эту дату",
                  "Have the contract extended over that date"),
       source="Contract, validity clause")
def contract_not_valid_on_supply_date(facts: LineFacts) -> Numbers | None:
    if facts.contract_from <= facts.supply_on < facts.contract_until:
        return None
    return {"supply_on": facts.supply_on.isoformat(), "valid_from": facts.contract_from.isoformat(),
            "valid_until": facts.contract_until.isoformat()}


@_rule(LINE_RULES, "hold",
       Words("Шартта бұл санат жоқ", "Категории нет в договоре", "The contract does not cover the category"),
       cure=Words("Шартқа санатты қосыңыз", "Добавьте категорию в договор", "Have the category added to the contract"),
       source="Contract, list of categories")
def category_not_in_contract(facts: LineFacts) -> Numbers | None:
    return None if facts.category_covered else {}


@_rule(LINE_RULES, "hold",
       Words("Шарт бұл өңірге қызмет көрсетпейді", "Договор не охватывает этот регион",
             "The contract does not serve the region"),
       cure=Words("Шартқа өңірді қосыңыз", "Добавьте регион в договор", "Have the region added to the contract"),
       source="Contract, list of served regions")
def region_not_in_contract(facts: LineFacts) -> Numbers | None:
    return None if facts.region_served else {}


@_rule(LINE_RULES, "hold",
       Words("Таразының тексеру мерзімі өткен", "Поверка весов просрочена",
             "The scale's calibration was not valid at the weighing"),
       cure=Words("Сол күнге жарамды куәлік беріңіз", "Представьте сертификат поверки, действующий на эту дату",
                  "Present a certificate valid on that date"),
       source="Law on uniformity of measurements: only a calibrated scale counts")
def calibration_expired(facts: LineFacts) -> Numbers | None:
    if facts.certified_from <= facts.supply_on <= facts.certified_until:
        return None
    return {"weighed_on": facts.supply_on.isoformat(), "certified_until": facts.certified_until.isoformat()}


@_rule(LINE_RULES, "hold",
       Words("Салмақ көліктің жүк көтергіштігінен асады", "Масса больше грузоподъёмности машины",
             "The net mass is above the vehicle's payload"),
       cure=Words("Көлік құжаттарын немесе талонды түзетіңіз", "Исправьте документы машины или талон",
                  "Correct the vehicle's papers or the ticket"),
       source="Plausibility of the transport sheet")
def over_payload(facts: LineFacts) -> Numbers | None:
    if facts.payload_g is None or facts.net_g <= facts.payload_g:
        return None
    return {"net_g": facts.net_g, "payload_g": facts.payload_g}


@_rule(LINE_RULES, "hold",
       Words("Зауыттың айлық қуатынан асты", "Превышена месячная мощность предприятия",
             "Beyond the plant's licensed capacity for the month"),
       cure=Words("Рұқсат етілген қуатты арттырыңыз", "Расширьте разрешённую мощность",
                  "Have the licensed capacity raised"),
       source="Environmental permit of the plant. Loads count in the order their batches were sealed; a load that goes "
              "beyond is held whole")
def capacity_exceeded(facts: LineFacts) -> Numbers | None:
    if facts.month_g is None or facts.capacity_g is None or facts.month_g <= facts.capacity_g:
        return None
    return {"month_g": facts.month_g, "capacity_g": facts.capacity_g}


@_rule(LINE_RULES, "hold",
       Words("Бұл жүк бойынша өтінім түпкілікті қабылданбаған", "Заявка по этому грузу окончательно отклонена",
             "A claim for this load was finally rejected"),
       cure=Words("Бағдарлама офицеріне жүгініңіз", "Обратитесь к сотруднику программы", "Ask an officer of the programme"),
       source="Programme rules: a correction does not revive a rejected claim")
def rejected_before(facts: LineFacts) -> Numbers | None:
    return {} if facts.rejected_before else None


# --- lines: flag -----------------------------------------------------------------------------------------------------

@_rule(LINE_RULES, "flag",
       Words("Кеш жүктелген", "Загружено с опозданием", "Uploaded late"),
       cure=Words("Құжаттарды үш күн ішінде жүктеңіз", "Загружайте документы в течение трёх дней",
                  "Upload papers within three days"),
       source="Programme rules: three days")
def late_upload(facts: LineFacts) -> Numbers | None:
    return {"late_s": int(facts.recorded_late_by.total_seconds())} if facts.recorded_late_by > LATE else None


@_rule(LINE_RULES, "flag",
       Words("Таразы сағаты алда", "Часы весов спешат", "The scale's clock runs ahead"),
       cure=Words("Сағатты дұрыстаңыз", "Поправьте часы", "Set the clock right"),
       source="Both times are kept; the legal date is never after the recording")
def clock_ahead(facts: LineFacts) -> Numbers | None:
    return {"ahead_s": int(facts.clock_ahead_by.total_seconds())} if facts.clock_ahead_by > timedelta(0) else None


@_rule(LINE_RULES, "flag",
       Words("Тиелгенге дейін өлшенген", "Взвешено до погрузки", "Weighed before it was loaded"),
       cure=Words("Уақыттарды тексеріңіз", "Проверьте время", "Check the times"),
       source="Order of events by the clocks on the spot; the order of recording decides")
def weighed_before_loaded(facts: LineFacts) -> Numbers | None:
    return {} if facts.weighed_before_loaded else None


# --- claims: block ---------------------------------------------------------------------------------------------------

@_rule(CLAIM_RULES, "block",
       Words("Акт нөмірі жоқ", "Нет номера акта", "The act's number is missing"),
       cure=Words("Акт нөмірін енгізіңіз", "Укажите номер акта", "Enter the act's number"),
       source="Programme rules: act of work done")
def act_missing(facts: ClaimFacts) -> Numbers | None:
    return None if facts.act_number else {}


@_rule(CLAIM_RULES, "block",
       Words("ЭШФ нөмірі жоқ", "Нет номера ЭСФ", "The e-invoice number is missing"),
       cure=Words("ЭШФ нөмірін енгізіңіз", "Укажите номер ЭСФ", "Enter the e-invoice number"),
       source="Tax code: electronic invoice (ЭСФ)")
def einvoice_missing(facts: ClaimFacts) -> Numbers | None:
    return None if facts.einvoice_number else {}


@_rule(CLAIM_RULES, "block",
       Words("ЭШФ нөмірі басқа құжатта тұр", "Номер ЭСФ стоит на другом документе",
             "The e-invoice number stands on another document"),
       cure=Words("Осы өтінімнің өз ЭШФ-ын беріңіз", "Выпишите отдельный ЭСФ", "Issue an e-invoice of its own"),
       source="Tax code: one electronic invoice for one supply")
def einvoice_reused(facts: ClaimFacts) -> Numbers | None:
    return {"einvoice_number": facts.einvoice_number} if facts.einvoice_elsewhere else None


@_rule(CLAIM_RULES, "block",
       Words("Өндірілгеннен көп сатылған", "Продано больше, чем произведено", "More product was sold than was made"),
       cure=Words("Массалар теңгерімін түзетіңіз", "Исправьте баланс масс", "Correct the mass balance"),
       source="Mass balance of the plant")
def negative_stock(facts: ClaimFacts) -> Numbers | None:
    short = [{"category": one.category, "product_g": one.product_g, "sold_g": one.sold_g}
             for one in facts.stocks if one.sold_g > one.product_g]
    return {"stocks": short} if short else None


RULES = {rule.code: rule for rule in (*LINE_RULES, *CLAIM_RULES)}

#: Holds that accrual itself places, not a rule of the facts: a line and its reversal cancel out before they were claimed.
CANCELLED = "corrected_before_claim"
HOLD_WORDS = {code: rule.words for code, rule in RULES.items() if rule.severity == "hold"} | {
    CANCELLED: Words("Өтінімге дейін түзетілген", "Исправлено до подачи заявки", "Corrected before it was claimed"),
}
