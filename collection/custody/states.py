"""The consignment's lifecycle."""

from __future__ import annotations

CONSIGNMENT_STEPS = {
    "loaded": ("weighed",),
    "weighed": ("stored", "split", "grouped", "delivered"),
    "stored": ("split", "grouped"),
    "grouped": ("stored", "delivered"),
    "delivered": ("received", "returned"),
    "received": ("processed",),
    "returned": ("taken_back",),
    "taken_back": (),
    "processed": (),
    "split": (),
}
CONSIGNMENT_ACTIONS = {
    "loaded": ("weigh",), "weighed": ("deliver", "store", "split", "group"),
    "stored": ("split", "group"), "grouped": ("deliver", "store"), "delivered": ("receive",),
    "received": ("process", "correct"), "processed": ("correct",), "returned": ("bring_back",),
}
#: Who signs a load's papers, and how: with the code the generator tells, by the session of whoever acts, electronically.
SIGNATURE_PARTIES = ("generator", "driver", "recycler")
SIGNATURE_METHODS = ("code", "session", "eds")
#: What closed a transport sheet: the recycler's receipt, or that the load was brought back.
SHEET_CLOSINGS = ("receipt", "return")
#: Where a load that was wholly refused is brought back to.
RETURN_PLACES = ("generator", "collector")
#: What may go wrong with a load after it was taken.
LOAD_INCIDENTS = ("accident", "spill", "fire", "theft", "damage", "wrong_waste", "seal_broken", "detained", "other")
#: Why grams did not come out of temporary storage, or of a load that was divided.
LOSS_REASONS = ("drying", "spill", "fire", "theft", "other")
#: What leaves a plant, and what its balance is drawn up in.
PRODUCTS = ("product", "byproduct")
MATERIALS = ("waste", *PRODUCTS, "all")
#: A correction is proposed by one party and made when all others have agreed (CONSENTS); where collector and recycler are
#: one company, the operator is the second.
PROPOSAL_STEPS = {"open": ("agreed", "declined", "withdrawn"), "agreed": (), "declined": (), "withdrawn": ()}
PROPOSAL_ACTIONS = {"open": ("consent", "decline", "withdraw")}
PARTIES = ("collector", "recycler", "operator")
REFUSAL_REASONS = ("impurity", "wrong_category", "wet", "over_capacity", "unsafe", "other")

#: What a node of a lineage may be, and how grams come from one to the next (queries.lineage).
LINEAGE_NODES = ("pickup", "load", "part", "grouping", "plant", "batch", "product", "byproduct", "sale", "refused", "lost")
LINEAGE_STEPS = ("collected", "split", "grouped", "received", "refused", "processed", "made", "sold", "lost")
#: What the holder of a certificate of recycling is told of it.
CERTIFICATE_STATES = ("valid", "corrected", "revoked")
