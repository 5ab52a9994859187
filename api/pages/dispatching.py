"""The unserved queue, and a pickup with everything that is known of it: who was asked, why, and what became of its kilograms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from api.http.refusals import Malformed
from collection.accounts.rights import may
from collection.custody.queries import timeline_of_pickup
from collection.dispatch import operations, queries
from collection.kernel.refusals import Defect, NotFound
from collection.kernel.words import Words
from collection.stats.queries import names

from .page import Page

#: What an officer may overrule: how far it is, and that they were asked before.
OVERRULED = frozenset({"radius", "not_asked_before", "region"})
SHOWN = 100


class Unserved(Page):
    """Requests that no contract may take, longest waiting first, on a map and in a list that keeps itself fresh."""

    action = "unserved.read"
    template, part = "unserved.html", "unserved_part.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        waiting = [one.plain() for one in queries.unserved(self.actor, limit=SHOWN + 1)]
        districts = queries.unserved_by_district()
        return {
            "waiting": waiting[:SHOWN], "more": len(waiting) > SHOWN, "points": points(waiting),
            "districts": districts, "names": called(
                {one.region for one in districts}, {one.district for one in districts}, {one["category"] for one in waiting}),
            "waiting_g": sum(one.waiting_g for one in districts), "lost_g": sum(one.lost_g for one in districts),
            "waiting_n": sum(one.waiting_n for one in districts),
        }


def called(regions: set[Any], districts: set[Any], categories: set[Any]) -> dict[str, Words]:
    """What people call these codes. KATO codes and categories never meet, so one dictionary holds them."""
    asked: dict[str, set[Any]] = {"region": regions, "district": districts, "category": categories}
    return {code: words for group, codes in asked.items() for code, words in names(group, [one for one in codes if one]).items()}


def points(pickups: list[dict[str, Any]]) -> dict[str, Any]:
    """The queue as GeoJSON, for the map."""
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": one["place"]["point"],
         "properties": {"id": one["id"], "number": one["number"], "grams": one["declared_g"]}}
        for one in pickups if one["place"].get("point")]}


class Pickup(Page):
    """One request. An officer may give it to a contract; the rules of contracts are not theirs to overrule."""

    action = "pickup.read"
    template = "pickup.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        pickup_id: UUID = of["pickup_id"]
        found = queries.pickup(self.actor, pickup_id).plain()
        return {
            "one": found, "steps": steps_of(pickup_id), "told": self._told(pickup_id),
            "names": called({found["place"]["region"]}, {found["place"]["district"]}, {found["category"]}),
            "assignable": "assign" in found["allowed_actions"] and may(self.actor.role, "pickup.assign"),
        }

    def _told(self, pickup_id: UUID) -> dict[str, Any] | None:
        if not may(self.actor.role, "candidate.read"):
            return None
        try:
            told = queries.explanation(pickup_id)
        except NotFound:
            return None
        for one in [*told["contracts"], *told["recyclers"]]:
            failed = [rule for rule, kept in one["verdicts"].items() if not kept]
            one["failed"], one["may_be_told"] = failed, not set(failed) - OVERRULED
        told["contracts"].sort(key=place_in_list)
        told["reasons"] = Counter(rule for one in told["contracts"] for rule in one["failed"]).most_common()
        return told

    def post(self, request: HttpRequest, pickup_id: UUID) -> HttpResponse:
        self.demand("pickup.assign")
        try:
            contract_id, version = UUID(request.POST.get("contract", "")), int(request.POST.get("version", ""))
        except ValueError:
            raise Malformed(defects=[Defect("/contract", "required")]) from None
        self.write(lambda actor, at: operations.assign_pickup(
            actor=actor, at=at, pickup_id=pickup_id, contract_id=contract_id, version=version))
        return HttpResponseRedirect(reverse("pickup", args=[pickup_id]))


def steps_of(pickup_id: UUID) -> list[dict[str, Any]]:
    """From the request to the kilograms, oldest first."""
    asked = [(one.at, f"{one.of}_state", one.step, one.mass_g) for one in queries.timeline(pickup_id)]
    sealed = [(one.occurred_at, "consignment_state", one.step, one.mass_g) for one in timeline_of_pickup(pickup_id)]
    return [{"at": at, "of": of, "step": step, "mass_g": mass_g}
            for at, of, step, mass_g in sorted([*asked, *sealed], key=lambda one: one[0])]


def place_in_list(contract: dict[str, Any]) -> tuple[int, int, int]:
    """Those who were ranked by their rank, then those who fail least and are nearest."""
    return (contract["cost"]["rank"] if contract["cost"] else 999, len(contract["failed"]), contract["distance_m"])
