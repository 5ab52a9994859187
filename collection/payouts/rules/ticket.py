"""What the scale says, and what the statistics of the scale say of it."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from math import exp, fsum, lgamma, log

from collection.kernel.words import Words

from .facts import LineFacts
from .registry import Numbers, line_rule

#: Papers are to be uploaded within three days; later is a mark, because phones are often out of reach.
LATE = timedelta(days=3)
#: A net mass of whole half-tonnes is round. Where weighbridges show steps of 20 or of 50 kg, chance makes 1 in 25 or 1 in 10.
ROUND_G = 500_000
FINE, COARSE = 0.04, 0.1
CHANCE = 1e-4
LEAST_TWINS = 5


@line_rule("hold",
       Words("Таразының тексеру мерзімі өткен", "Поверка весов просрочена",
             "The scale's calibration was not valid at the weighing"),
       cure=Words("Сол күнге жарамды куәлік беріңіз", "Представьте сертификат поверки, действующий на эту дату",
                  "Present a certificate valid on that date"),
       source="Law on uniformity of measurements: only a calibrated scale counts")
def calibration_expired(facts: LineFacts) -> Numbers | None:
    if facts.certified_from <= facts.supply_on <= facts.certified_until:
        return None
    return {"weighed_on": facts.supply_on.isoformat(), "certified_until": facts.certified_until.isoformat()}


@line_rule("hold",
       Words("Салмақ көліктің жүк көтергіштігінен асады", "Масса больше грузоподъёмности машины",
             "The net mass is above the vehicle's payload"),
       cure=Words("Көлік құжаттарын немесе талонды түзетіңіз", "Исправьте документы машины или талон",
                  "Correct the vehicle's papers or the ticket"),
       source="Plausibility of the transport sheet")
def over_payload(facts: LineFacts) -> Numbers | None:
    if facts.payload_g is None or facts.net_g <= facts.payload_g:
        return None
    return {"net_g": facts.net_g, "payload_g": facts.payload_g}


@line_rule("flag",
       Words("Кеш жүктелген", "Загружено с опозданием", "Uploaded late"),
       cure=Words("Құжаттарды үш күн ішінде жүктеңіз", "Загружайте документы в течение трёх дней",
                  "Upload papers within three days"),
       source="Programme rules: three days")
def late_upload(facts: LineFacts) -> Numbers | None:
    return {"late_s": int(facts.recorded_late_by.total_seconds())} if facts.recorded_late_by > LATE else None


@line_rule("flag",
       Words("Таразы сағаты алда", "Часы весов спешат", "The scale's clock runs ahead"),
       cure=Words("Сағатты дұрыстаңыз", "Поправьте часы", "Set the clock right"),
       source="Both times are kept; the legal date is never after the recording")
def clock_ahead(facts: LineFacts) -> Numbers | None:
    return {"ahead_s": int(facts.clock_ahead_by.total_seconds())} if facts.clock_ahead_by > timedelta(0) else None


@line_rule("flag",
       Words("Тиелгенге дейін өлшенген", "Взвешено до погрузки", "Weighed before it was loaded"),
       cure=Words("Уақыттарды тексеріңіз", "Проверьте время", "Check the times"),
       source="Order of events by the clocks on the spot; the order of recording decides")
def weighed_before_loaded(facts: LineFacts) -> Numbers | None:
    return {} if facts.weighed_before_loaded else None


@line_rule("hold",
    Words("Сақталған ыдыс салмағының мерзімі өткен", "Срок сохранённой тары истёк", "The stored tare had lapsed"),
    cure=Words("Бос көлікті қайта өлшеңіз", "Взвесьте пустую машину заново", "Weigh the empty vehicle again"),
    source="Programme rules: a stored tare counts until its last day")
def tare_expired(facts: LineFacts) -> Numbers | None:
    if facts.tare_until is None or facts.supply_on <= facts.tare_until:
        return None
    return {"weighed_on": facts.supply_on.isoformat(), "tare_until": facts.tare_until.isoformat()}


@line_rule("block",
    Words("Таза салмақ оң емес", "Масса нетто не больше нуля", "The net mass is not above zero"),
    cure=Words("Талонды түзетіңіз", "Исправьте талон", "Correct the ticket"),
    source="Programme rules: refused at the door and by the database (net_positive); this catches papers "
           "that came in another way")
def net_not_positive(facts: LineFacts) -> Numbers | None:
    return {"net_g": facts.net_g, "mass_g": facts.mass_g} if min(facts.net_g, facts.mass_g) <= 0 else None


@line_rule("hold",
    Words("Талон нөмірі бұрын пайдаланылған", "Номер талона уже использован", "The ticket's number was used before"),
    cure=Words("Таразының журналынан үзінді беріңіз", "Представьте выписку из журнала весов",
               "Present an extract of the scale's journal"),
    source="Programme rules: one ticket weighs one load. The same number at the same time is refused at the door "
           "(TicketReused); at another time it is held here")
def ticket_reused(facts: LineFacts) -> Numbers | None:
    return {} if facts.ticket_before else None


@line_rule("hold",
    Words("Дәл осындай брутто мен тара сол күні өлшенген", "В тот же день взвешены такие же брутто и тара",
          "The same gross and the same tare were weighed the same day"),
    cure=Words("Екі талонның да суретін беріңіз", "Представьте фото обоих талонов", "Present photographs of both tickets"),
    source="Statistics of the scale: two loads do not weigh the same, to the gram, with the lorry and without it")
def twin_weights(facts: LineFacts) -> Numbers | None:
    return {"twins": facts.twins_before} if facts.twins_before else None


@line_rule("flag",
    Words("Таразыда бірдей талондар көп", "На весах слишком много одинаковых талонов", "The scale has too many twin tickets"),
    cure=Words("Таразыны тексеріске дайындаңыз", "Подготовьте весы к проверке", "Have the scale ready for an inspection"),
    source="Statistics of the scale over a quarter: more than one ticket in ten, and five at least, has a twin")
def scale_of_twins(facts: LineFacts) -> Numbers | None:
    if facts.scale_twins < LEAST_TWINS or facts.scale_twins * 10 <= facts.scale_tickets:
        return None
    return {"twins": facts.scale_twins, "tickets": facts.scale_tickets}


@line_rule("flag",
    Words("Қолмен енгізілген салмақтар тым дөңгелек", "Введённые вручную массы слишком круглые",
          "Weights typed in at this scale are too round"),
    cure=Words("Таразыны автоматты есепке қосыңыз", "Подключите весы к автоматическому учёту",
               "Let the scale report its weights itself"),
    source="Statistics of the scale over a quarter: digit preference of typed weights, binomial test")
def digit_preference(facts: LineFacts) -> Numbers | None:
    return _preference(facts.scale_typed, facts.scale_typed_round, facts.scale_coarse)


@line_rule("hold",
    Words("Салмақ ойдан жазылғанға ұқсайды", "Масса похожа на придуманную", "The weight looks invented"),
    cure=Words("Таразының шын жазбасын беріңіз", "Представьте запись самих весов", "Present the scale's own record"),
    source="Digit preference (digit_preference), where this ticket is itself typed in and round")
def invented_weight(facts: LineFacts) -> Numbers | None:
    if not facts.manual or facts.net_g % ROUND_G:
        return None
    return _preference(facts.scale_typed, facts.scale_typed_round, facts.scale_coarse)


def _preference(typed: int, rounded: int, coarse: bool) -> Numbers | None:
    """Chance alone would round so many of the weights that were typed in at one scale of 10,000."""
    if tail(typed, rounded, COARSE if coarse else FINE) >= CHANCE:
        return None
    return {"typed": typed, "round": rounded}


@lru_cache(maxsize=4096)
def tail(trials: int, hits: int, chance: float) -> float:
    """The probability of `hits` or more in so many trials: of the binomial distribution, term by term.

    By logarithms: a busy scale types more tickets in a quarter than a float could count ways to choose among.
    """
    def log_of(n: int) -> float:
        ways = lgamma(trials + 1) - lgamma(n + 1) - lgamma(trials - n + 1)
        return ways + n * log(chance) + (trials - n) * log(1 - chance)

    return fsum(exp(log_of(n)) for n in range(hits, trials + 1))
