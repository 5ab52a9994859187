"""What the contract, the programme and its tariffs allow, and whoever is paid."""

from __future__ import annotations

from collection.contracts.rules import SEPARATE_COLLECTION_PAYABLE_FROM, STAGES_OF_KIND
from collection.contracts.states import EXCLUDED_ORIGINS
from collection.kernel.words import Words

from .facts import LineFacts
from .registry import Numbers, line_rule

COOLING_OFF_DAYS = 30


@line_rule("hold",
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


@line_rule("block",
       Words("Шетелдік қалдық", "Отходы из-за рубежа", "Waste from abroad"),
       cure=Words("Шығу елін растайтын құжат беріңіз", "Представьте документ о происхождении из Казахстана",
                  "Present a document showing that it arose in Kazakhstan"),
       source="Programme rules: foreign waste is refused at the door (ForeignOrigin); this catches papers that "
              "came in another way")
def foreign_origin(facts: LineFacts) -> Numbers | None:
    return {"origin": facts.origin} if facts.origin == "foreign" else None


@line_rule("hold",
       Words("Қалдық коды төленетін санатқа жатпайды", "Код отхода не входит в оплачиваемую категорию",
             "The waste code belongs to no paid category"),
       cure=Words("Санатты немесе кодты түзетіңіз", "Исправьте категорию или код", "Correct the category or the code"),
       source="Waste classifier and the programme's table of codes by category")
def code_without_category(facts: LineFacts) -> Numbers | None:
    return None if facts.code_allowed else {}


@line_rule("hold",
       Words("Жеткізу күні бағдарлама мерзімінен тыс", "Дата поставки вне периода программы",
             "The supply date is outside the programme's period"),
       cure=Words("Жеткізу күнін тексеріңіз", "Проверьте дату поставки", "Check the supply date"),
       source="Programme, its period")
def outside_programme_period(facts: LineFacts) -> Numbers | None:
    if facts.programme_from <= facts.supply_on and (facts.programme_to is None or facts.supply_on <= facts.programme_to):
        return None
    return {"supply_on": facts.supply_on.isoformat()}


@line_rule("hold",
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


@line_rule("hold",
       Words("Шартта бұл санат жоқ", "Категории нет в договоре", "The contract does not cover the category"),
       cure=Words("Шартқа санатты қосыңыз", "Добавьте категорию в договор", "Have the category added to the contract"),
       source="Contract, list of categories")
def category_not_in_contract(facts: LineFacts) -> Numbers | None:
    return None if facts.category_covered else {}


@line_rule("hold",
       Words("Шарт бұл өңірге қызмет көрсетпейді", "Договор не охватывает этот регион",
             "The contract does not serve the region"),
       cure=Words("Шартқа өңірді қосыңыз", "Добавьте регион в договор", "Have the region added to the contract"),
       source="Contract, list of served regions")
def region_not_in_contract(facts: LineFacts) -> Numbers | None:
    return None if facts.region_served else {}


@line_rule("hold",
       Words("Бұл жүк бойынша өтінім түпкілікті қабылданбаған", "Заявка по этому грузу окончательно отклонена",
             "A claim for this load was finally rejected"),
       cure=Words("Бағдарлама офицеріне жүгініңіз", "Обратитесь к сотруднику программы", "Ask an officer of the programme"),
       source="Programme rules: a correction does not revive a rejected claim")
def rejected_before(facts: LineFacts) -> Numbers | None:
    return {} if facts.rejected_before else None


@line_rule("hold",
    Words("Шарт түрі бұл кезеңді қамтымайды", "Вид договора не предусматривает этот этап",
          "A contract of this kind does not cover the stage"),
    cure=Words("Кезеңді тиісті шарт бойынша ұсыныңыз", "Предъявите этап по договору подходящего вида",
               "Claim the stage under a contract of the right kind"),
    source="Contract, its kind: collection, recycling or full cycle; rates that are not split go to the named payee")
def stage_not_in_contract(facts: LineFacts) -> Numbers | None:
    if facts.stage == "whole" or facts.stage in STAGES_OF_KIND[facts.contract_kind]:
        return None
    return {"stage": facts.stage, "kind": facts.contract_kind}


@line_rule("hold",
    Words("Жеткізу күні тариф күшінде болмаған", "Тариф не действовал в день поставки",
          "The tariff was not in force on the supply date"),
    cure=Words("Сол күннің тарифімен қайта есептетіңіз", "Запросите перерасчёт по тарифу на дату поставки",
               "Have it priced again by the tariff of that date"),
    source="Tariff of the programme, its period of validity")
def tariff_not_valid_on_supply_date(facts: LineFacts) -> Numbers | None:
    return None if facts.tariff_valid else {"supply_on": facts.supply_on.isoformat()}


@line_rule("block",
    Words("Бұл жүктің осы кезеңі басқа жолда есептелген", "Этот этап партии уже начислен другой строкой",
          "This stage of the load is paid by another line already"),
    cure=Words("Қайталанған жолды алып тастаңыз", "Уберите повторную строку", "Take the second line back"),
    source="Programme rules: one fact is paid once for a stage")
def already_claimed(facts: LineFacts) -> Numbers | None:
    return {"stage": facts.stage} if facts.claimed_elsewhere else None


@line_rule("flag",
    Words("Тараптар өзара байланысты", "Стороны связаны между собой", "The parties are related"),
    cure=Words("Мәміленің мән-жайын түсіндіріңіз", "Поясните обстоятельства сделки",
               "Explain how the parties dealt with each other"),
    source="Programme rules: one person who acts for the generator and for whoever is paid is looked at; it is not forbidden")
def related_parties(facts: LineFacts) -> Numbers | None:
    return {} if facts.related else None


@line_rule("flag",
    Words("Жаңа компания: сынақ мерзімі", "Новая компания: период наблюдения", "A new company in its cooling-off period"),
    cure=Words("Мерзім өтуін күтіңіз немесе тексеріске келісіңіз", "Дождитесь конца периода или согласитесь на проверку",
               "Wait for the end of the period, or agree to an inspection"),
    source="Programme rules: a company's first month is looked at; our assumption until the operator confirms the length")
def new_company(facts: LineFacts) -> Numbers | None:
    return {"age_days": facts.company_age_days} if facts.company_age_days < COOLING_OFF_DAYS else None
