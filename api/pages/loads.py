"""A load: its masses side by side, its way, where every gram came from and went, and what is owed for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collection.custody import queries
from collection.payouts.queries import money_of, rules as payment_rules
from collection.stats.queries import names

from .page import Page
from .tags import short
from .words import WORDS


class Load(Page):
    """One consignment, for its parties and the operator's staff."""

    action = "consignment.read"
    template = "load.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        load = queries.consignment(self.actor, of["consignment_id"])
        lineage = queries.lineage(self.actor, load.id)
        rules = {one.code: one.words for one in payment_rules()}
        return {
            "load": load, "steps": queries.timeline(load.id), "graph": graph(lineage, self.language),
            "names": names("category", [load.category]) | names("region", [load.region])
            | names("district", [load.district] if load.district else []),
            "money": [{"one": one, "rules": [rules[code] for code in one.rules if code in rules]}
                      for one in money_of(self.actor, [load.id])],
        }


def graph(lineage: queries.Lineage, language: str) -> dict[str, Any]:
    """The lineage as a flow of tonnes, each node by what it is and its number ("batch 12")."""
    called = {one.id: f"{WORDS[f'node_{one.kind}'].in_language(language)} {one.number or short(one.object_id)}"
              for one in lineage.nodes}
    flowing = {end for one in lineage.edges if one.grams for end in (one.source, one.target)}
    return {
        "nodes": [{"name": one.id, "kind": one.kind, "called": called[one.id]} for one in lineage.nodes
                  if one.id in flowing or len(lineage.nodes) == 1],
        "links": [{"source": one.source, "target": one.target, "from": called[one.source], "to": called[one.target],
                   "grams": one.grams, "value": one.grams / 1e6} for one in lineage.edges if one.grams],
    }
