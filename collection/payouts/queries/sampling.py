"""The month's inspection sample of a programme."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from collection.kernel.db import rows

from ..rules import broken
from ..rules.sampling import drawn
from .lines import line_facts


@dataclass(frozen=True, slots=True)
class Sampled:
    """A load on which the lot fell, and the flags that made that likelier."""

    consignment_id: UUID
    number: int
    flags: tuple[str, ...]


_LINES = """
SELECT line.id, load.id AS consignment_id, load.number
FROM payouts_accrualline line JOIN custody_consignment load ON load.id = line.consignment_id
WHERE line.programme_id = %s AND line.claim_month = %s AND line.reverses_id IS NULL ORDER BY load.number, line.id
"""


def population(programme_id: UUID, month: date) -> list[Sampled]:
    """The loads of a claim month (its first day) that are drawn from, by number, with the flags of each."""
    lines = rows(_LINES, [programme_id, month])
    flags: dict[UUID, set[str]] = defaultdict(set)
    facts = line_facts([line["id"] for line in lines]) if lines else {}
    for line in lines:
        flags[line["consignment_id"]].update(broken(facts[line["id"]], "flag"))
    numbers = {line["consignment_id"]: line["number"] for line in lines}
    return [Sampled(pk, number, tuple(sorted(flags[pk]))) for pk, number in numbers.items()]


def inspection_sample(programme_id: UUID, month: date, *, seed: str) -> list[Sampled]:
    """Those of them to be inspected: the same seed and month give the same sample."""
    return [one for one in population(programme_id, month) if drawn(seed, month, one.consignment_id, one.flags)]
