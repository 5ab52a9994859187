"""A programme: its period, its ceiling, and how its offers go out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypedDict

from django.db.models import F

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal, StaleVersion, Unprocessable
from collection.kernel.words import Words

from ..models import Programme
from ..offering import Reach, stored_weights, wrong_weights, wrong_widening
from ..queries import ProgrammeDetail, programme_detail
from ..rules import MAX_TIYN

#: An offer lives between ten seconds (a simulation) and a week; a wave reaches at most twenty contractors.
OFFER_LIFE_S = (10, 7 * 24 * 3600)
WAVE_SIZE = (1, 20)
#: A job takes at most a hundred trips; an alarm is of at most a million tonnes.
MAX_TRIPS, MAX_ALARM_G = (1, 100), 10**12


class ProgrammeCodeTaken(Refusal):
    code = "programme_code_taken"
    kind = Kind.CONFLICT
    words = Words("Мұндай коды бар бағдарлама бар", "Программа с таким кодом уже есть",
                  "There is a programme with this code already")


class ProgrammeChanges(TypedDict, total=False):
    """What may be changed while a programme runs; an absent name stays as it is, a ceiling or alarm of None is none.

    `weights` and `widening` replace what was said before; a weight that is not named is the usual one.
    """

    offer_life_s: int
    wave_size: int
    ceiling_tiyn: int | None
    widening: list[Reach]
    weights: dict[str, float]
    max_trips: int
    holidays: list[date]
    unserved_alarm_g: int | None


def create_programme(*, actor: Actor, at: datetime, code: str, name: Words, starts_on: date,
                     ends_on: date | None = None, ceiling_tiyn: int | None = None, offer_life_s: int = 900,
                     wave_size: int = 3, whole_payee: str = "recycling", fitting_first: bool = False,
                     synthetic: bool = False) -> ProgrammeDetail:
    """Open a programme. `ends_on` is its last day; money in tiyn. Everything in it is synthetic where it says so.

    `fitting_first`: an approved claim that still fits under a limit goes past an earlier one that waits for it; else nobody does.

    Errors: ProgrammeCodeTaken; Unprocessable for a period that ends before it starts or a number out of bounds.
    """
    defects = _out_of_bounds(
        {"offer_life_s": offer_life_s, "wave_size": wave_size, "ceiling_tiyn": ceiling_tiyn})
    if ends_on is not None and ends_on < starts_on:
        defects.append(Defect("/ends_on", "period_ends_before_it_starts"))
    if whole_payee not in Programme.WholePayee.values:
        defects.append(Defect("/whole_payee", "not_a_choice", {"choices": Programme.WholePayee.values}))
    if defects:
        raise Unprocessable(defects=defects)
    if Programme.objects.filter(code=code).exists():  # the unique index decides between two at once
        raise ProgrammeCodeTaken
    row = Programme.objects.create(
        id=uuid7(at), code=code, name_kk=name.kk, name_ru=name.ru, name_en=name.en, synthetic=synthetic,
        starts_on=starts_on, ends_on=ends_on, ceiling_tiyn=ceiling_tiyn, offer_life_s=offer_life_s,
        wave_size=wave_size, whole_payee=whole_payee, fitting_first=fitting_first,
    )
    audit.record(
        actor=actor, at=at, verb="programme.create", object_type="programme", object_id=row.id,
        after={"code": code, "starts_on": starts_on, "ends_on": ends_on, "ceiling_tiyn": ceiling_tiyn,
               "offer_life_s": offer_life_s, "wave_size": wave_size, "whole_payee": whole_payee, "fitting_first": fitting_first},
    )
    return programme_detail(row)


def change_programme(*, actor: Actor, at: datetime, code: str, version: int,
                     changes: ProgrammeChanges) -> ProgrammeDetail:
    """Change how offers go out, or the ceiling, from now on. Errors: NotFound, StaleVersion, Unprocessable."""
    defects = _out_of_bounds(changes) + [
        Defect(f"/{name}{pointer}", wrong, params)
        for name, found in (("weights", wrong_weights(changes.get("weights", {}))),
                            ("widening", wrong_widening(changes.get("widening", []))))
        for pointer, wrong, params in found
    ]
    if not changes:
        defects.append(Defect("", "nothing_to_change"))
    if defects:
        raise Unprocessable(defects=defects)
    row = Programme.objects.locked(code=code).first()
    if row is None:
        raise NotFound
    if row.version != version:
        raise StaleVersion(version=row.version)
    after = _stored(changes)
    before = {name: getattr(row, name) for name in after}
    Programme.objects.filter(pk=row.pk).update(**after, version=F("version") + 1)
    audit.record(actor=actor, at=at, verb="programme.update", object_type="programme", object_id=row.id,
                 before=before, after=after)
    return programme_detail(Programme.objects.get(pk=row.pk))


def _stored(changes: ProgrammeChanges) -> dict[str, Any]:
    """The columns: steps as plain values, only weights that are unusual, each holiday once."""
    stored: dict[str, Any] = dict(changes)
    if "widening" in changes:
        stored["widening"] = [asdict(step) for step in changes["widening"]]
    if "weights" in changes:
        stored["weights"] = stored_weights(changes["weights"])
    if "holidays" in changes:
        stored["holidays"] = sorted(set(changes["holidays"]))
    return stored


def _out_of_bounds(numbers: ProgrammeChanges) -> list[Defect]:
    bounds = {"offer_life_s": OFFER_LIFE_S, "wave_size": WAVE_SIZE, "ceiling_tiyn": (0, MAX_TIYN),
              "max_trips": MAX_TRIPS, "unserved_alarm_g": (0, MAX_ALARM_G)}
    return [
        Defect(f"/{name}", "out_of_range", {"min": low, "max": high})
        for name, (low, high) in bounds.items()
        if (value := numbers.get(name)) is not None and not low <= value <= high  # type: ignore[operator]
    ]
