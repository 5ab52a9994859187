"""The clients' history against the rows (I1, I2, I3): what was acknowledged is there, what was refused is not."""

from __future__ import annotations

from typing import Any

from collection.kernel.db import rows
from tests.faults.history import History, Op

_LOADS = """
SELECT load.id::text, ticket.gross_g, receipt.accepted_g, load.delivered_at
FROM custody_consignment load LEFT JOIN custody_weighing ticket ON ticket.consignment_id = load.id
LEFT JOIN custody_receipt receipt ON receipt.consignment_id = load.id
"""


class Kept:
    """What the database holds now of everything that clients write."""

    def __init__(self) -> None:
        asked = rows("SELECT id::text, declared_g FROM pickups_pickup")
        self.asked: dict[str, int] = {row["id"]: row["declared_g"] for row in asked}
        self.jobs = {row["id"] for row in rows("SELECT id::text FROM dispatch_job")}
        self.loads: dict[str, dict[str, Any]] = {row["id"]: row for row in rows(_LOADS)}

    def has(self, op: Op) -> bool:
        """Whether the row that the operation makes is there, with what it said."""
        match op.verb:
            case "ask":
                return self.asked.get(op.body["id"]) == op.body["declared_g"]
            case "accept":
                return op.answer.get("job_id") in self.jobs
            case "collect":
                return op.body["id"] in self.loads
            case "weigh" | "deliver" | "receive":
                load = self.loads.get(op.path.split("/")[1], {})
                return {"weigh": load.get("gross_g") == op.body.get("gross_g"), "deliver": load.get("delivered_at") is not None,
                        "receive": load.get("accepted_g") == op.body.get("accepted_g")}[op.verb]
            case _:
                return True


def against_the_rows(history: History) -> list[str]:
    """What is wrong: lost, half-written, hanging, or with two winners."""
    wrong = [f"{op.verb} {op.path} hangs" for op in history.pending()]
    kept = Kept()
    for op in history.ops:
        if op.outcome == "ok" and not kept.has(op):
            wrong.append(f"lost: {op.who} was told yes to {op.verb} {op.path} {op.body.get('id', '')}")
        if op.outcome == "fail" and op.verb in ("ask", "collect") and kept.has(op):
            wrong.append(f"half: {op.who} was told no to {op.verb} {op.path} and it is there")
    winners: dict[str, set[str]] = {}
    for op in history.of("accept"):
        winners.setdefault(op.answer["pickup_id"], set()).add(op.who)
    return wrong + [f"two winners of {pickup}: {sorted(who)}" for pickup, who in winners.items() if len(who) > 1]
