"""Claims, registers and payment orders."""

from __future__ import annotations

CLAIM_STEPS = {
    "draft": ("submitted",),
    "submitted": ("verified", "returned"),
    "returned": ("submitted",),
    "verified": ("approved", "queued", "rejected"),
    "queued": ("approved", "rejected"),
    "approved": ("registered",),
    "registered": ("paid", "approved"),
    "paid": (),
    "rejected": (),
}
CLAIM_ACTIONS = {
    "draft": ("submit",), "submitted": ("verify", "return"), "returned": ("submit",),
    "verified": ("approve", "reject"), "queued": ("approve", "reject"), "approved": ("register",),
}
#: Claims that count against the programme's ceiling and the contract's cap.
COMMITTED = ("approved", "registered", "paid")
REGISTER_STEPS = {"draft": ("approved",), "approved": ("settled",), "settled": ()}
REGISTER_ACTIONS = {"draft": ("approve",), "approved": ("record_result",)}
ORDER_STEPS = {"waiting": ("paid", "rejected"), "paid": (), "rejected": ()}

#: What may be said of one stage of one load (queries.money_of).
STAGE_STATUSES = ("not_payable", "awaiting", "accruing", "held", "payable", "claimed", "paid", "rejected")
SEVERITIES = ("hold", "block", "flag")
ACCOUNTS = ("cost", "accrued", "approved", "bank")
