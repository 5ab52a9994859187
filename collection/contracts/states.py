"""The contract's lifecycle, and which stages each kind of contract is paid for."""

from __future__ import annotations

CONTRACT_STEPS = {
    "draft": ("active",),
    "active": ("suspended", "closed"),
    "suspended": ("active", "closed"),
    "closed": (),
}
#: What may be done next, for `allowed_actions`.
CONTRACT_ACTIONS = {
    "draft": ("approve",), "active": ("suspend", "close"), "suspended": ("resume", "close"), "closed": (),
}

#: The funnel before a contract: a manager verifies, another approves, the contractor signs.
APPLICATION_STEPS = {
    "submitted": ("verified", "refused", "withdrawn"),
    "verified": ("approved", "refused", "withdrawn"),
    "approved": ("signed", "refused", "withdrawn"),
    "signed": (),
    "refused": (),
    "withdrawn": (),
}
APPLICATION_ACTIONS = {
    "submitted": ("verify", "refuse", "withdraw"), "verified": ("approve", "refuse", "withdraw"),
    "approved": ("sign", "refuse", "withdraw"),
}
#: Why an application is refused.
APPLICATION_REFUSALS = (
    "papers_incomplete", "no_permit", "capacity_unproven", "region_covered", "no_budget", "false_statement", "related_party",
    "other",
)

TARIFF_CHANGE_STEPS = {"proposed": ("approved", "withdrawn"), "approved": (), "withdrawn": ()}

STAGES = ("collection", "transport", "recycling", "whole")

#: Which part of the way a contract serves: kind -> legs (product.md, "Money rules").
LEGS = {"collection": ("collection",), "recycling": ("recycling",), "full_cycle": ("collection", "recycling")}
#: Who may be named to receive an unsplit rate where no full-cycle contract does both legs.
WHOLE_PAYEES = ("collection", "recycling")

ORIGINS = ("own_premises", "separate_collection", "central_municipal", "sorting_plant", "foreign")
#: Origins the programme does not pay for (product.md: central municipal containers, sorting plants; foreign is refused).
EXCLUDED_ORIGINS = ("central_municipal", "sorting_plant")
