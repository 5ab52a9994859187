"""The consignment's lifecycle."""

from __future__ import annotations

CONSIGNMENT_STEPS = {
    "loaded": ("weighed",),
    "weighed": ("delivered",),
    "delivered": ("received", "returned"),
    "received": ("processed",),
    "returned": (),
    "processed": (),
}
CONSIGNMENT_ACTIONS = {
    "loaded": ("weigh",), "weighed": ("deliver",), "delivered": ("receive",),
    "received": ("process", "correct"), "processed": ("correct",),
}
REFUSAL_REASONS = ("impurity", "wrong_category", "wet", "over_capacity", "unsafe", "other")
