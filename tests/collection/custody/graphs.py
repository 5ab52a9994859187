"""How tests look at a lineage."""

from __future__ import annotations

from collections import defaultdict

from collection.custody import queries


def conserved(found: queries.Lineage) -> dict[str, int]:
    """Every gram that reaches a node below the load leaves it or is still there; returns where they all are now, by kind."""
    came: dict[str, int] = defaultdict(int)
    went: dict[str, int] = defaultdict(int)
    for edge in found.edges:
        assert edge.grams > 0
        went[edge.source] += edge.grams
        came[edge.target] += edge.grams
    nodes = {one.id: one for one in found.nodes}
    assert {key for edge in found.edges for key in (edge.source, edge.target)} <= nodes.keys()
    start = next(one for one in found.nodes if one.object_id == found.consignment_id and one.kind in ("load", "part"))
    where: dict[str, int] = defaultdict(int)
    seen: set[str] = set()
    todo = [start.id]
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        todo += [edge.target for edge in found.edges if edge.source == key]
        one = nodes[key]
        assert key == start.id or one.mass_g == came[key]
        assert one.mass_g == went[key] + one.held_g and one.held_g >= 0
        where[one.kind] += one.held_g
    assert sum(where.values()) == start.mass_g
    return {kind: grams for kind, grams in where.items() if grams}
