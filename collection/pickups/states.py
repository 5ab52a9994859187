"""The pickup's lifecycle. Cancelled is not failed: the first is somebody's wish, the second somebody's wasted journey."""

from __future__ import annotations

PICKUP_STEPS = {
    "draft": ("submitted", "cancelled", "expired"),
    "submitted": ("offered", "unserved", "cancelled"),
    "offered": ("accepted", "unserved", "cancelled", "submitted"),
    "unserved": ("offered", "accepted", "cancelled", "expired", "submitted"),
    "accepted": ("fulfilled", "failed", "submitted", "unserved", "cancelled"),
    "fulfilled": (),
    "failed": (),
    "cancelled": (),
    "expired": (),
}
OPEN_STATES = ("submitted", "offered", "unserved", "accepted")
CANCEL_REASONS = ("no_longer_needed", "mistake", "too_late", "other")

#: What the generator may do next, for `allowed_actions`.
GENERATOR_ACTIONS = {
    "draft": ("submit", "cancel"), "submitted": ("cancel",), "offered": ("cancel",), "unserved": ("cancel",),
    "accepted": ("cancel",),
}
