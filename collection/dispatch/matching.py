"""Ranking and verdicts: pure functions of plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

#: The order in which a contract's verdicts are read out.
RULES = ("kind", "state", "validity", "category", "region", "quota", "cap", "not_own", "not_asked_before")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contract that may take the pickup. `distance_m`: from its base (or plant) to the pickup, geodesic."""

    contract_id: UUID
    organisation_id: UUID
    distance_m: int
    facility_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a pickup asks of a contract."""

    category: str
    region: str
    mass_g: int
    day: date


def verdicts(contract: Mapping[str, Any], need: Need) -> dict[str, bool]:
    """Every rule's yes or no for one contract, from its numbers; eligible means all of them are yes.

    A contract without the category fails that rule alone: it has no quota to exceed.
    """
    quota_g = contract["quota_g"]
    cap_tiyn = contract["cap_tiyn"]
    return {
        "kind": contract["kind"] in ("collection", "full_cycle"),
        "state": contract["state"] == "active" and not contract["suspended"],
        "validity": contract["valid_from"] <= need.day < contract["valid_until"],
        "category": quota_g is not None,
        "region": contract["serves_region"],
        "quota": quota_g is None or quota_g - contract["quota_used_g"] >= need.mass_g,
        "cap": cap_tiyn is None or contract["cap_used_tiyn"] < cap_tiyn,
        "not_own": not contract["own"],
        "not_asked_before": not contract["asked"],
    }


def choose_recycler(collector: Candidate, recyclers: list[Candidate]) -> Candidate | None:
    """The recycler that goes with a collector: its own plant if it may take the load, else the nearest.

    A full-cycle contract keeps its load in one hand; otherwise the loaded leg is the shortest one.
    """
    own = [r for r in recyclers if r.contract_id == collector.contract_id]
    return (own or recyclers or [None])[0]  # type: ignore[list-item]
