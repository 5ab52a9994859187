"""Where every gram of a load came from and where it went: a graph whose every node gives on what it was given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from ..models import Consignment
from ..rules import apportion, spread


@dataclass(frozen=True, slots=True)
class Node:
    """`kind`: states.LINEAGE_NODES. `mass_g`: the grams of the load asked about that came through; above it, its own mass.

    `held_g`: how many of them are still here (0 above it). `whole_g`: the mass of the whole thing (a batch, a grouping),
    which may be mixed from many loads. `object_id`: of the pickup, load, grouping, facility, batch or sale.
    """

    id: str
    kind: str
    object_id: UUID
    number: int | None
    state: str | None
    mass_g: int
    held_g: int
    whole_g: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    """Grams that went from one node to the next. `how`: states.LINEAGE_STEPS."""

    source: str
    target: str
    grams: int
    how: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """Of every node below the load asked about: grams in = grams out + grams held, to the gram."""

    consignment_id: UUID
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


_FAMILY = """
SELECT load.id, load.number, load.parent_id, load.state, load.facility_id, net_of(load.id) AS net_g, division.lost_g,
       coalesce(last.accepted_g, receipt.accepted_g) AS accepted_g, input.batch_id,
       whole.id AS grouping_id, whole.number AS grouping_number, whole.mass_g AS grouping_g
FROM custody_consignment load
LEFT JOIN custody_division division ON division.consignment_id = load.id
LEFT JOIN custody_groupingmember member ON member.consignment_id = load.id
LEFT JOIN custody_grouping whole ON whole.id = member.grouping_id
LEFT JOIN custody_receipt receipt ON receipt.consignment_id = load.id
LEFT JOIN LATERAL (SELECT accepted_g FROM custody_correction
    WHERE consignment_id = load.id ORDER BY edition DESC LIMIT 1) AS last ON true
LEFT JOIN custody_batchinput input ON input.consignment_id = load.id
WHERE load.id = %(source)s OR load.source_id = %(source)s AND load.parent_id IS NOT NULL
ORDER BY load.number
"""

_PICKUPS = """
SELECT pickup.id, pickup.number, pickup.state, pickup.declared_g
FROM custody_consignmentpickup served JOIN pickups_pickup pickup ON pickup.id = served.pickup_id
WHERE served.consignment_id = %s ORDER BY pickup.number
"""

# The inputs as they stand now, in the order they went in: each load's share of the product depends on them alone.
_BATCHES = """
SELECT batch.id, batch.number, batch.product_g, batch.byproduct_g,
       array_agg(input.consignment_id ORDER BY input.id) AS loads,
       array_agg(coalesce(last.accepted_g, input.mass_g) ORDER BY input.id) AS masses
FROM custody_batch batch JOIN custody_batchinput input ON input.batch_id = batch.id
LEFT JOIN LATERAL (SELECT accepted_g FROM custody_correction
    WHERE consignment_id = input.consignment_id ORDER BY edition DESC LIMIT 1) AS last ON true
WHERE batch.id = ANY(%s) GROUP BY batch.id ORDER BY batch.number
"""


_LOTS = """
SELECT lot.batch_id, sale.material, lot.sale_id, lot.mass_g, sale.mass_g AS whole_g
FROM custody_salelot lot JOIN custody_sale sale ON sale.id = lot.sale_id WHERE lot.batch_id = ANY(%s) ORDER BY lot.id
"""


def lineage(actor: Actor, consignment_id: UUID) -> Lineage:
    """The load's way up to its pickups and down to product, sale, refusal and loss; NotFound if it may not be seen.

    In groupings, batches and sales grams of several loads are one mixture: a load's share of what came out is its share of
    what went in, rounded so that all loads together get exactly what there was.
    """
    source = Consignment.objects.visible_to(actor).filter(pk=consignment_id).values_list("source_id", flat=True).first()
    if source is None:
        raise NotFound
    family = {row["id"]: row for row in rows(_FAMILY, {"source": source})}
    graph = _Graph(family)
    upper = graph.above(consignment_id)
    parts = defaultdict(list)
    for row in family.values():
        parts[row["parent_id"]].append(row)
    below, todo = [], [consignment_id]
    while todo:
        below.append(family[todo.pop(0)])
        todo += [row["id"] for row in parts[below[-1]["id"]]]
    for row in below:
        graph.load(row, parts[row["id"]])
    graph.batches({row["id"]: row["batch_id"] for row in below if row["batch_id"]})
    return graph.finished(consignment_id, upper)


class _Graph:
    """Collects nodes and edges; several edges between two nodes are one."""

    def __init__(self, family: dict[UUID, dict[str, Any]]) -> None:
        self.family = family
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: dict[tuple[str, str, str], int] = defaultdict(int)

    def node(self, kind: str, object_id: UUID, *, number: int | None = None, state: str | None = None,
             mass_g: int | None = None, whole_g: int | None = None) -> str:
        """The node's key. `mass_g`: what it is known to weigh itself; None: what comes to it by its edges."""
        key = f"{kind}:{object_id}"
        self.nodes.setdefault(key, {"kind": kind, "object_id": object_id, "number": number, "state": state,
                                    "own_g": mass_g, "whole_g": whole_g})
        return key

    def consignment(self, row: dict[str, Any]) -> str:
        return self.node("part" if row["parent_id"] else "load", row["id"], number=row["number"], state=row["state"],
                         mass_g=row["net_g"])

    def pass_on(self, source: str, target: str, grams: int, how: str) -> None:
        if grams:
            self.edges[source, target, how] += grams

    def above(self, consignment_id: UUID) -> set[str]:
        """From the pickups to the load: through the loads it was divided from. What their other parts did is left out."""
        row = self.family[consignment_id]
        while row["parent_id"]:
            parent = self.family[row["parent_id"]]
            self.pass_on(self.consignment(parent), self.consignment(row), row["net_g"], "split")
            row = parent
        pickups = rows(_PICKUPS, [row["id"]])
        shares = apportion(row["net_g"] or 0, [one["declared_g"] for one in pickups])
        for one, grams in zip(pickups, shares, strict=True):
            self.pass_on(self.node("pickup", one["id"], number=one["number"], state=one["state"], mass_g=one["declared_g"]),
                         self.consignment(row), grams, "collected")
        return {source for source, _, _ in self.edges}

    def load(self, row: dict[str, Any], parts: Iterable[dict[str, Any]]) -> None:
        """What became of one load until it stood in the plant. On a grouping its grams travel as the grouping's."""
        here = self.consignment(row)
        if row["grouping_id"]:
            whole = self.node("grouping", row["grouping_id"], number=row["grouping_number"], whole_g=row["grouping_g"])
            self.pass_on(here, whole, row["net_g"], "grouped")
            here = whole
        for part in parts:
            self.pass_on(here, self.consignment(part), part["net_g"], "split")
        if row["lost_g"]:
            self.pass_on(here, self.node("lost", row["id"]), row["lost_g"], "lost")
        if row["accepted_g"] is not None:
            self.pass_on(here, self.node("refused", row["id"]), row["net_g"] - row["accepted_g"], "refused")
            self.pass_on(here, self.node("plant", row["facility_id"]), row["accepted_g"], "received")

    def batches(self, batch_of: dict[UUID, UUID]) -> None:
        """Each load's share of what its batch became."""
        batches = rows(_BATCHES, [list(set(batch_of.values()))]) if batch_of else []
        lots = defaultdict(list)
        for lot in rows(_LOTS, [[one["id"] for one in batches]]) if batches else []:
            lots[lot["batch_id"], lot["material"]].append(lot)
        for batch in batches:
            whole_g = sum(batch["masses"])
            made = [batch["product_g"], batch["byproduct_g"], whole_g - batch["product_g"] - batch["byproduct_g"]]
            here = self.node("batch", batch["id"], number=batch["number"], whole_g=whole_g)
            came = spread(batch["masses"], made)
            ours = [n for n, load in enumerate(batch["loads"]) if load in batch_of]
            for n in ours:
                plant = self.node("plant", self.family[batch["loads"][n]]["facility_id"])
                self.pass_on(plant, here, batch["masses"][n], "processed")
            for place, kind in enumerate(("product", "byproduct", "lost")):
                shares = [came[n][place] for n in range(len(came))]
                if not sum(shares[n] for n in ours):
                    continue
                there = self.node(kind, batch["id"], number=batch["number"], whole_g=made[place])
                self.pass_on(here, there, sum(shares[n] for n in ours), "lost" if kind == "lost" else "made")
                sold = lots[batch["id"], kind]
                bought = spread(shares, [*(lot["mass_g"] for lot in sold), sum(shares) - sum(lot["mass_g"] for lot in sold)])
                for column, lot in enumerate(sold):
                    grams = sum(bought[n][column] for n in ours)
                    if grams:
                        self.pass_on(there, self.node("sale", lot["sale_id"], whole_g=lot["whole_g"]), grams, "sold")

    def finished(self, consignment_id: UUID, upper: set[str]) -> Lineage:
        came: dict[str, int] = defaultdict(int)
        went: dict[str, int] = defaultdict(int)
        for (source, target, _), grams in self.edges.items():
            went[source] += grams
            came[target] += grams
        nodes = []
        for key, one in self.nodes.items():
            mass_g = one.pop("own_g")
            mass_g = came[key] if mass_g is None else mass_g
            nodes.append(Node(id=key, **one, mass_g=mass_g, held_g=0 if key in upper else mass_g - went[key]))
        return Lineage(consignment_id, tuple(nodes), tuple(
            Edge(source, target, grams, how) for (source, target, how), grams in self.edges.items()))
