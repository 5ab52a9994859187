"""Offers and jobs."""

from __future__ import annotations

OFFER_STEPS = {
    "open": ("accepted", "declined", "expired", "withdrawn"),
    "accepted": (),
    "declined": (),
    "expired": (),
    "withdrawn": (),
}
JOB_STEPS = {
    "assigned": ("en_route", "arrived", "done", "withdrawn", "failed"),
    "en_route": ("arrived", "done", "withdrawn", "failed"),
    "arrived": ("done", "withdrawn", "failed"),
    "done": (),
    "withdrawn": (),
    "failed": (),
}
LIVE_JOB_STATES = ("assigned", "en_route", "arrived", "done")
DECLINE_REASONS = ("too_far", "no_vehicle", "wrong_category", "not_worth_it", "other")
WITHDRAW_REASONS = ("breakdown", "no_driver", "overbooked", "other")
INCIDENT_KINDS = ("nobody_there", "no_access", "wrong_waste", "unsafe")
JOB_ACTIONS = {
    "assigned": ("en_route", "arrive", "collect", "withdraw", "fail"),
    "en_route": ("arrive", "collect", "withdraw", "fail"),
    "arrived": ("collect", "withdraw", "fail"),
}
