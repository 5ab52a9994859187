"""How a programme's offers go out, as data of the programme: what a ranking weighs, and how far each wave reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

#: A radius lies between one kilometre and the width of the country.
RADIUS_M = (1_000, 3_000_000)
#: At most so many steps, the last from this wave on.
MOST_STEPS, LAST_WAVE = 10, 100


@dataclass(frozen=True, slots=True)
class Weights:
    """What a ranking weighs, in kilometres: a contract's score is its expected kilometres, and the lowest is asked first.

    `empty`, `loaded`: of one kilometre. `home`: of one empty kilometre that leads home. `scarcity`: of a kilometre that
    room of its quota is worth to loads to come. `refusal_km`: of a refusal that is certain. A contract that was never asked
    is taken to accept `prior_share`, as sure as if it had answered `prior_answers` times; giving a job back counts as
    `withdrawal` refusals. One that has had less than `fair_share` of what its quota was meant to give it by now is
    lifted, by `fair_km` if it has had nothing. `spread_km`: whose way is so much longer than the first one's is not asked
    beside it but in a later wave, for the first to say yes has the job.
    """

    empty: float = 1.0
    loaded: float = 1.0
    home: float = 1.0
    scarcity: float = 1.0
    refusal_km: float = 40.0
    prior_answers: float = 5.0
    prior_share: float = 0.6
    withdrawal: float = 2.0
    fair_share: float = 0.5
    fair_km: float = 20.0
    spread_km: float = 60.0


#: The least and the most that makes sense for each.
BOUNDS: dict[str, tuple[float, float]] = {
    "empty": (0, 100), "loaded": (0, 100), "home": (0, 100), "scarcity": (0, 100),
    "refusal_km": (0, 10_000), "prior_answers": (0.1, 1_000),
    "prior_share": (0, 1), "withdrawal": (1, 100), "fair_share": (0, 1), "fair_km": (0, 10_000), "spread_km": (0, 10_000),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """From wave `from_wave` on: contracts whose base is within `radius_m` (None: however far) and that serve the region.

    With `neighbours`, those too that serve only another region within the radius.
    """

    from_wave: int = 1
    radius_m: int | None = None
    neighbours: bool = False


def weights_of(stored: Mapping[str, float]) -> Weights:
    """The usual weights but for what the programme says."""
    return Weights(**stored)


def reaches(stored: Sequence[Mapping[str, Any]], wave: int) -> list[Reach]:
    """What `wave` may reach, and what it may be widened to at once when nobody is there, nearest first."""
    steps = [Reach(**one) for one in stored] or [Reach()]
    return [one for n, one in enumerate(steps) if n + 1 == len(steps) or steps[n + 1].from_wave > wave]


def widest(stored: Sequence[Mapping[str, Any]]) -> Reach:
    return reaches(stored, LAST_WAVE)[-1]


def stored_weights(asked: Mapping[str, float]) -> dict[str, float]:
    """Only what differs from the usual."""
    usual = asdict(Weights())
    return {name: value for name, value in asked.items() if usual.get(name) != value}


def wrong_weights(asked: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """(pointer below the weights, code, params) of everything wrong with them."""
    known = {one.name for one in fields(Weights)}
    found: list[tuple[str, str, dict[str, Any]]] = []
    for name, value in asked.items():
        if name not in known:
            found.append((f"/{name}", "unknown", {}))
        elif isinstance(value, bool) or not isinstance(value, int | float) or not (
                BOUNDS[name][0] <= value <= BOUNDS[name][1]):
            found.append((f"/{name}", "out_of_range", {"min": BOUNDS[name][0], "max": BOUNDS[name][1]}))
    return found


def wrong_widening(steps: Sequence[Reach]) -> list[tuple[str, str, dict[str, Any]]]:
    """Likewise of the steps: the first is from wave 1, each later than the last, neighbours only within a radius."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    if len(steps) > MOST_STEPS:
        found.append(("", "too_many", {"max": MOST_STEPS}))
    last = 0
    for n, one in enumerate(steps):
        if not last < one.from_wave <= LAST_WAVE or (n == 0 and one.from_wave != 1):
            found.append((f"/{n}/from_wave", "out_of_order", {"after": last, "max": LAST_WAVE}))
        if one.radius_m is not None and not RADIUS_M[0] <= one.radius_m <= RADIUS_M[1]:
            found.append((f"/{n}/radius_m", "out_of_range", {"min": RADIUS_M[0], "max": RADIUS_M[1]}))
        if one.neighbours and one.radius_m is None:
            found.append((f"/{n}/radius_m", "needed_with_neighbours", {}))
        last = one.from_wave
    return found
