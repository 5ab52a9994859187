"""Everything people are told, by its code: what may be chosen, what wakes somebody at night, what must not get lost.

The rooms choose these codes where they write a notice; a test finds each of them here, and none that nobody writes.
"""

from __future__ import annotations

#: Told at any hour: somebody stands at a gate, or is on the road.
AT_ONCE = frozenset({
    "consignment.delivered", "consignment.incident", "consignment.loaded", "job.arrived", "job.assigned", "job.en_route",
    "job.failed", "job.incident", "job.rerouted", "job.withdrawn", "pickup.diverted", "pickup.inbound",
})
#: Worth an SMS or a letter when no push arrives: money, papers with a date, work somebody counts on.
MATTERS = frozenset({
    "application.approve", "application.refuse", "claim.rejected", "claim.returned", "claim.sent_back",
    "consignment.incident", "consignment.returned", "contract.approve", "contract.close", "contract.suspend",
    "job.assigned", "job.failed", "job.incident", "job.withdrawn", "money.held", "pickup.accepted", "pickup.assigned",
    "pickup.cancelled", "pickup.expired", "pickup.missed", "webhook.disabled",
})
EVENTS = tuple(sorted(AT_ONCE | MATTERS | {
    "application.sign", "application.verify", "application.withdraw", "claim.appeal_dismissed", "claim.approved", "claim.draft",
    "claim.paid", "claim.queued", "claim.registered", "claim.submitted", "claim.verified", "consignment.corrected",
    "consignment.correction_declined", "consignment.correction_proposed", "consignment.processed", "consignment.received",
    "consignment.taken_back", "consignment.weighed", "contract.resume", "contractor.registered", "district.unserved",
    "generator.registered", "offer.new", "offer.rerouted", "offer.taken", "offer.withdrawn", "pickup.parted", "pickup.residual",
    "pickup.submitted", "pickup.unserved", "route.planned",
}))
