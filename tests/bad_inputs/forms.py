"""Bodies that are good but for what a test changes, and how a refusal is read."""

from __future__ import annotations

import itertools
import json
from datetime import datetime
from typing import Any

from tests.cast import SHOP, TONNE, Scene
from tests.collection.custody.haul import Haul

_tickets = itertools.count(1)


def pickup_form(scene: Scene, **changes: Any) -> dict[str, Any]:
    new = scene.request()
    return {
        "programme": new.programme, "site_id": str(new.site_id), "category": new.category,
        "declared_g": new.declared_g, "origin": new.origin, "window_from": instant(new.window_from),
        "window_to": instant(new.window_to),
    } | changes


def weighing_form(haul: Haul, **changes: Any) -> dict[str, Any]:
    return {
        "scale_id": str(haul.scale_id), "ticket_number": f"B{next(_tickets)}", "occurred_at": instant(haul.scene.at),
        "gross_g": 15 * TONNE, "tare_g": 12 * TONNE,
    } | changes


def point(longitude: Any = SHOP[0], latitude: Any = SHOP[1]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def instant(at: datetime) -> str:
    return at.isoformat()


def with_literal(form: dict[str, Any], name: str, literal: str) -> bytes:
    """The form with a value JSON libraries would never write."""
    return json.dumps(form | {name: "@"}).replace('"@"', literal).encode()


def refused(answer: Any, status: int, code: str | None = None) -> dict[str, str]:
    """Pointer -> code of a refusal that is a problem document with this number (and this code)."""
    problem = answer.json()
    assert answer.status_code == status == problem["status"], problem
    assert answer["Content-Type"] == "application/problem+json"
    assert code is None or problem["code"] == code, problem
    return {one["pointer"]: one["code"] for one in problem["errors"]}
