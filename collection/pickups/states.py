"""The pickup's lifecycle. Cancelled is not failed: the first is somebody's wish, the second somebody's wasted journey."""

from __future__ import annotations

PICKUP_STEPS = {
    "draft": ("submitted", "cancelled", "expired"),
    "submitted": ("offered", "unserved", "cancelled", "expired"),
    "offered": ("accepted", "unserved", "cancelled", "expired"),
    "unserved": ("offered", "accepted", "cancelled", "expired"),
    "accepted": ("fulfilled", "failed", "submitted", "cancelled"),
    "fulfilled": (),
    "failed": (),
    "cancelled": (),
    "expired": (),
}
#: Nobody has taken it yet.
WAITING_STATES = ("submitted", "offered", "unserved")
CANCEL_REASONS = ("no_longer_needed", "mistake", "too_late", "other")

#: What the generator may do next, for `allowed_actions`.
GENERATOR_ACTIONS = {
    "draft": ("submit", "cancel"), "submitted": ("cancel",), "offered": ("cancel",), "unserved": ("cancel",),
    "accepted": ("cancel", "missed"),
}
