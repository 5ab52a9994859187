"""Who stands where with which telephone, and bodies that are good but for what a test changes."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.api.phone import Phone
from tests.cast import AT, SHOP, TONNE
from tests.collection.custody.haul import Haul

_tickets = itertools.count(1)


@dataclass
class People:
    generator: Phone
    collector: Phone
    driver: Phone
    recycler: Phone
    manager: Phone
    strangers: list[Phone]  # another generator, collector, driver of the same collector, recycler


def tag(phone: Phone, path: str) -> str:
    """The ETag of an object as this person sees it."""
    answer = phone.get(path)
    assert answer.status_code == 200, answer.content
    return str(answer.headers["ETag"])


def act(phone: Phone, path: str, action: str, body: Any = None, **headers: str) -> Any:
    """Look at the object, then do `action` to exactly what was seen."""
    return phone.post(f"{path}/{action}", body, **{"If_Match": tag(phone, path)} | headers)


def own_load(haul: Haul, **changes: Any) -> dict[str, Any]:
    return {
        "collector_contract_id": str(haul.collector.contract_id), "category": "polymer", "plate": "001AAA02",
        "recycler_contract_id": str(haul.recycler.contract_id), "origin": "separate_collection",
        "point": {"type": "Point", "coordinates": list(SHOP)}, "loaded_at": instant(AT),
    } | changes


def ticket(haul: Haul, **changes: Any) -> dict[str, Any]:
    """Net 4.620 t."""
    return {"scale_id": str(haul.scale_id), "ticket_number": f"A{next(_tickets)}", "occurred_at": instant(AT),
            "gross_g": 12_620_000, "tare_g": 8 * TONNE} | changes


def receipt(**changes: Any) -> dict[str, Any]:
    """4.240 t of 4.620 t."""
    return {"accepted_g": 4_240_000, "refused_g": 380_000, "reason": "impurity", "occurred_at": instant(AT)} | changes


def batch(haul: Haul, *ids: object, **changes: Any) -> dict[str, Any]:
    """4.240 t in, 3.5 t out."""
    return {"contract_id": str(haul.recycler.contract_id), "category": "polymer", "consignment_ids": [str(pk) for pk in ids],
            "product_g": 3_500_000, "byproduct_g": 340_000, "loss_g": 400_000, "occurred_at": instant(AT)} | changes


def with_literal(form: dict[str, Any], name: str, literal: str) -> bytes:
    """The form with a value that JSON libraries would never write."""
    return json.dumps(form | {name: "@"}).replace('"@"', literal).encode()


def instant(at: datetime) -> str:
    return at.isoformat()


def refused(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """The problem, having checked its number and code."""
    problem: dict[str, Any] = answer.json()
    assert answer.status_code == status == problem["status"], problem
    assert answer["Content-Type"] == "application/problem+json"
    assert not code or problem["code"] == code, problem
    return problem
