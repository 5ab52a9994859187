"""Why a pickup went to whom it went, as a table: every contract and plant considered, rule by rule, with its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.contracts.models import Programme
from collection.dispatch import queries
from collection.dispatch.operations.waves import load_of
from collection.kernel.refusals import NotFound
from collection.pickups.models import Pickup


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pickup", metavar="PICKUP", help="its number or id")
        parser.add_argument("--wave", type=int, help="of that wave; the latest by default")
        parser.add_argument("--now", action="store_true", help="weighed anew, as the next wave would be; writes nothing")

    def handle(self, *args: Any, pickup: str, wave: int | None, now: bool, **options: Any) -> None:
        found = one(pickup)
        try:
            told = None if now else queries.explanation(found.id, wave=wave)
        except NotFound:
            if wave is not None:
                raise CommandError(f"Pickup No {found.number} had no wave {wave}.") from None
            told = None  # nothing was offered yet: what would be
        if told is None:
            programme = Programme.objects.get(pk=found.programme_id)
            told = queries.explain(queries.weigh(load_of(found), programme)) | {"wave": None, "offers": []}
        self.stdout.write("\n".join(lines(found, told)))


def one(text: str) -> Pickup:
    """By its public number or its id."""
    try:
        which: dict[str, Any] = {"number": int(text)} if text.isascii() and text.isdigit() else {"pk": UUID(text)}
    except ValueError:
        raise CommandError(f"{text} is neither the number nor the id of a pickup.") from None
    found = Pickup.objects.filter(**which).first()
    if found is None:
        raise CommandError(f"There is no pickup {text}.")
    return found


def lines(pickup: Pickup, told: Mapping[str, Any]) -> Iterable[str]:
    need = told["need"]
    reach = f"within {km(need['radius_m'])} km" if need["radius_m"] else "however far"
    yield (f"Pickup No {pickup.number} ({pickup.id}), {pickup.state}: {tonnes(need['mass_g'])} t of {need['category']} in "
           f"{need['region']} on {need['day']}{', a holiday' if need['holiday'] else ''}")
    yield (f"{'Wave ' + str(told['wave']) if told['wave'] else 'As the next wave would be'}: {reach}"
           f"{', and in ' + ', '.join(need['neighbours']) if need['neighbours'] else ''}; at most {need['max_trips']} trips; "
           f"{told['eligible']} of the nearest collectors are eligible")
    yield from ("", f"COLLECTORS ({len(told['contracts'])})")
    yield from table([collector(one) for one in told["contracts"]])
    yield from ("", f"PLANTS ({len(told['recyclers'])})")
    yield from table([plant(one) for one in told["recyclers"]])
    if told["offers"]:
        yield from ("", "OFFERS")
        yield from table([{"rank": one["rank"], "contract": one["number"], "km": km(one["distance_m"]), "state": one["state"],
                           "reason": one["reason"]} for one in told["offers"]])


def collector(one: Mapping[str, Any]) -> dict[str, Any]:
    cost = one["cost"] or {}
    parts = {"rank": cost.get("rank"), "trips": cost.get("trips"), "empty_km": km(cost.get("empty_m")),
             "loaded_km": km(cost.get("loaded_m")), "acceptance": share(cost.get("acceptance")),
             "shortfall": share(cost.get("shortfall")), "score_km": km(cost.get("score_m"))}
    return {
        **shared(one), "cap": "-" if one["cap_tiyn"] is None else f"{one['cap_used_tiyn']}/{one['cap_tiyn']}",
        "payload_t": tonnes(one["payload_g"]), **parts, "fails": failing(one)}


def plant(one: Mapping[str, Any]) -> dict[str, Any]:
    room = "-" if one["capacity_g"] is None else f"{tonnes(one['capacity_used_g'])}/{tonnes(one['capacity_g'])}"
    return {**shared(one), "month_t": room, "fails": failing(one)}


def shared(one: Mapping[str, Any]) -> dict[str, Any]:
    quota = "-" if one["quota_g"] is None else f"{tonnes(one['quota_used_g'])}/{tonnes(one['quota_g'])}"
    return {"contract": one["number"], "kind": one["kind"], "state": "suspended" if one["suspended"] else one["state"],
            "km": km(one["distance_m"]), "quota_t": quota, "valid": f"{one['valid_from']}..{one['valid_until']}",
            "days": "".join(map(str, one["working_days"]))}


def failing(one: Mapping[str, Any]) -> str:
    """The rules that say no; a rule that is not named says yes."""
    return ", ".join(rule for rule, holds in one["verdicts"].items() if not holds) or "-"


def table(found: list[dict[str, Any]]) -> Iterable[str]:
    if not found:
        yield "  nobody"
        return
    texts = [{name: "-" if value is None else str(value) for name, value in row.items()} for row in found]
    widths = {name: max(len(name), *(len(row[name]) for row in texts)) for name in texts[0]}
    for row in [{name: name for name in widths}, *texts]:
        yield "  " + "  ".join(row[name].ljust(width) for name, width in widths.items()).rstrip()


def km(metres: int | None) -> str | None:
    return None if metres is None else f"{metres / 1000:.1f}"


def tonnes(grams: int) -> str:
    return f"{grams / 1_000_000:g}"


def share(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"
