"""Who did what and when, to be searched; and today's routes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from api.http.refusals import Malformed
from collection.audit import queries as audit
from collection.dispatch import queries as dispatch
from collection.kernel.calendar import almaty_date
from collection.kernel.db import now
from collection.kernel.refusals import Defect

from .page import Page

ROWS = 100


class Audit(Page):
    """Lines of every verb, newest first; by object, by verb."""

    action = "audit.read"
    template = "audit.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        asked = self.request.GET
        try:
            object_id = UUID(asked["object"]) if asked.get("object") else None
            after = int(asked["after"]) if asked.get("after") else None
        except ValueError:
            raise Malformed(defects=[Defect("/object", "not_a_uuid")]) from None
        verb = asked.get("verb", "").strip()[:60]
        if "\0" in verb or (after is not None and not 0 < after < 2**62):
            raise Malformed(defects=[Defect("/verb", "control_character")])
        found = audit.lines(object_id=object_id, verb=verb or None, after=after, limit=ROWS + 1)
        return {
            "lines": [{"one": one, "changes": changes(one.before, one.after)} for one in found[:ROWS]],
            "object": asked.get("object", ""), "verb": verb, "next": found[ROWS - 1].id if len(found) > ROWS else None,
        }


def changes(before: Any, after: Any) -> list[dict[str, Any]]:
    """What a line changed, field by field."""
    was, now_is = (one if isinstance(one, dict) else {} for one in (before, after))
    return [{"name": name, "was": plain(was.get(name)), "now": plain(now_is.get(name))}
            for name in {**was, **now_is} if was.get(name) != now_is.get(name)]


def plain(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Routes(Page):
    """The routes of a day, each with its stops in order."""

    action = "route.read"
    template = "routes.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        typed = self.request.GET.get("day", "")
        try:
            day = date.fromisoformat(typed) if typed else almaty_date(now())
        except ValueError:
            raise Malformed(defects=[Defect("/day", "not_a_date")]) from None
        found = [one.plain() for one in dispatch.routes(self.actor, filters={"day": day}, limit=ROWS, whole=True)]
        return {"routes": found, "day": day}
