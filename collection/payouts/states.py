"""Claims, registers and payment orders."""

from __future__ import annotations

CLAIM_STEPS = {
    "draft": ("submitted",),
    "submitted": ("verified", "returned"),
    "returned": ("submitted", "verified"),  # verified: an appeal was granted
    "verified": ("approved", "queued", "rejected", "returned"),  # returned from here on: an inspection failed
    "queued": ("approved", "rejected", "returned"),
    "approved": ("registered", "returned"),
    "registered": ("paid", "approved"),
    "paid": (),
    "rejected": ("verified",),  # an appeal was granted
}
CLAIM_ACTIONS = {
    "draft": ("submit",), "submitted": ("verify", "return"), "returned": ("submit", "appeal"),
    "verified": ("approve", "reject"), "queued": ("approve", "reject"), "approved": ("register",),
    "rejected": ("appeal",),
}
APPEALABLE = ("returned", "rejected")
APPEAL_STEPS = {"open": ("granted", "dismissed"), "granted": (), "dismissed": ()}
#: Claims that count against the programme's ceiling and the contract's cap.
COMMITTED = ("approved", "registered", "paid")
REGISTER_STEPS = {"draft": ("approved",), "approved": ("settled",), "settled": ()}
REGISTER_ACTIONS = {"draft": ("approve",), "approved": ("record_result",)}
ORDER_STEPS = {"waiting": ("paid", "rejected"), "paid": (), "rejected": ()}

#: What may be said of one stage of one load (queries.money_of).
STAGE_STATUSES = ("not_payable", "awaiting", "accruing", "held", "payable", "claimed", "paid", "rejected")
#: What an inspector may find of a load on which the lot fell.
INSPECTION_OUTCOMES = ("confirmed", "mass_differs", "not_found")
SEVERITIES = ("hold", "block", "flag")
#: What a closed month's statement tells apart: what was claimed, what a rule held back on that day, and what an older
#: system had paid before this house took the programme over (its stage is `whole`: old books are not split).
STATEMENT_PARTS = ("claimed", "held", "before")
#: How sure a contractor may be of money (queries.forecast), surest first.
CERTAINTIES = ("paid", "approved", "claimed", "payable", "held", "delivered", "weighed", "promised")
#: Limits that claims are approved under: the programme's ceiling, a contract's cap, and the narrower caps.
LIMIT_KINDS = ("ceiling", "contract", "cap")
ACCOUNTS = ("cost", "accrued", "approved", "bank")
