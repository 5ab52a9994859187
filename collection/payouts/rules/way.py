"""What happened between the gate and the scale: how far, how fast, how much, and what the photos show."""

from __future__ import annotations

from datetime import timedelta

from collection.kernel.words import Words

from .facts import LineFacts
from .registry import Numbers, line_rule

#: No lorry covers a straight line faster: roads bend, and lorries may drive 90 km/h. Two clocks differ by some minutes.
SPEED_KMH = 110
CLOCKS = timedelta(minutes=30)
#: People estimate badly, so only much more than was asked for stops money: half as much again, and half a tonne.
MORE_THAN_DECLARED_PERCENT = 150
MORE_THAN_DECLARED_G = 500_000
LESS_THAN_DECLARED_PERCENT = 50


def _too_fast(km: float, time: timedelta) -> Numbers | None:
    """Whether nobody drives that far in that time; with the clocks' error in the driver's favour."""
    hours = (max(time, timedelta(0)) + CLOCKS) / timedelta(hours=1)
    return {"km": round(km, 1), "minutes": round(time / timedelta(minutes=1))} if km > SPEED_KMH * hours else None


@line_rule("hold",
    Words("Тиеу мен өлшеу арасында мұнша жол жүру мүмкін емес", "За время от погрузки до взвешивания столько не проехать",
          "Nobody drives that far between loading and weighing"),
    cure=Words("Орын мен уақытты түзетіңіз немесе трек беріңіз", "Исправьте место и время или представьте трек",
               "Correct place and time, or present the track"),
    source="Plausibility of the transport sheet: straight distance at 110 km/h, half an hour for the clocks")
def impossible_haul(facts: LineFacts) -> Numbers | None:
    return None if facts.haul_km is None else _too_fast(facts.haul_km, facts.haul_time)


@line_rule("hold",
    Words("Бір көлік осы уақытта екі жерде болған", "Машина не могла быть в двух местах за это время",
          "The vehicle cannot have been at both places in that time"),
    cure=Words("Көлік нөмірін немесе уақытты түзетіңіз", "Исправьте номер машины или время", "Correct the plate or the time"),
    source="Plausibility of transport sheets of one plate: straight distance at 110 km/h, half an hour for the clocks")
def impossible_tour(facts: LineFacts) -> Numbers | None:
    if facts.tour_km is None or facts.tour_time is None:
        return None
    return _too_fast(facts.tour_km, facts.tour_time)


@line_rule("hold",
    Words("Мәлімделгеннен әлдеқайда көп", "Намного больше заявленного", "Far more than was declared"),
    cure=Words("Мәлімдеушінің растауын алыңыз", "Получите подтверждение образователя", "Have the generator confirm the mass"),
    source="Programme rules: declared and net mass within tolerance; our assumption until the operator confirms it")
def above_declared(facts: LineFacts) -> Numbers | None:
    if facts.declared_g is None or facts.fetched_g is None:
        return None
    allowed = max(facts.declared_g * MORE_THAN_DECLARED_PERCENT // 100, facts.declared_g + MORE_THAN_DECLARED_G)
    return {"declared_g": facts.declared_g, "net_g": facts.fetched_g} if facts.fetched_g > allowed else None


@line_rule("flag",
    Words("Мәлімделгеннен әлдеқайда аз", "Намного меньше заявленного", "Far less than was declared"),
    cure=Words("Қалған қалдықты жаңа өтініммен мәлімдеңіз", "Оформите остаток новой заявкой",
               "Ask for the rest with a new request"),
    source="Programme rules: declared and net mass within tolerance; our assumption until the operator confirms it")
def below_declared(facts: LineFacts) -> Numbers | None:
    if facts.declared_g is None or facts.fetched_g is None:
        return None
    short = facts.fetched_g * 100 < facts.declared_g * LESS_THAN_DECLARED_PERCENT
    return {"declared_g": facts.declared_g, "net_g": facts.fetched_g} if short else None


@line_rule("hold",
    Words("Фотосурет басқа өтінімде пайдаланылған", "Фотография уже была в другой заявке",
          "The photograph was shown with another request"),
    cure=Words("Осы жүктің өз суретін беріңіз", "Представьте фото именно этой партии", "Present a photograph of this very load"),
    source="Programme rules: a photograph is evidence of one hand-over; SHA-256 of the original bytes")
def photo_reused(facts: LineFacts) -> Numbers | None:
    return {"photos": facts.photos_before} if facts.photos_before else None


@line_rule("hold",
    Words("Фотосурет басқа өтінімдегі фотосуреттің көшірмесі сияқты", "Фотография похожа на копию снимка из другой заявки",
          "The photograph looks like a copy of another request's"),
    cure=Words("Осы жүктің өз суретін беріңіз", "Представьте фото именно этой партии", "Present a photograph of this very load"),
    source="Programme rules: a photograph is evidence of one hand-over; at most 7 of 128 bits of a difference hash differ")
def photo_copied(facts: LineFacts) -> Numbers | None:
    return {"photos": facts.copies_before} if facts.copies_before else None
