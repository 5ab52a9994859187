"""Offers and jobs."""

from __future__ import annotations

from collection.accounts.rights import may
from collection.pickups.states import GENERATOR_ACTIONS, PICKUP_STEPS

OFFER_STEPS = {
    "open": ("accepted", "declined", "expired", "withdrawn"),
    "accepted": ("withdrawn",),
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
#: A job that can still be driven.
UNDERWAY = ("assigned", "en_route", "arrived")
LIVE_JOB_STATES = (*UNDERWAY, "done")
DECLINE_REASONS = ("too_far", "no_vehicle", "wrong_category", "not_worth_it", "other")
WITHDRAW_REASONS = ("breakdown", "no_driver", "overbooked", "other")
#: Why a job ended that the generator gave up waiting for: it counts like one that was given back.
MISSED = "missed"
INCIDENT_KINDS = ("nobody_there", "no_access", "wrong_waste", "unsafe", "breakdown")
#: The plan of a contract's day: waited for, made, in force, given up, or taken over by a newer one.
PLAN_STEPS = {
    "queued": ("running", "done", "failed"),
    "running": ("done", "failed"),
    "done": ("replaced",),
    "failed": (),
    "replaced": (),
}
OPEN_PLAN_STATES = ("queued", "running")
PLAN_REASONS = ("asked", "nightly", "incident")
STOP_KINDS = ("pickup", "delivery")
#: Why a job of the day is on no route.
UNSERVED_REASONS = (
    "no_plant", "over_payload", "window_past", "window_outside_shift", "plant_closed", "too_far", "vehicle_down",
    "no_time", "another_day",
)
#: Besides moving on, an underway job may be given a driver, and what goes wrong with it reported.
JOB_ACTIONS = {
    "assigned": ("en_route", "arrive", "collect", "withdraw", "fail", "assign_driver", "report_incident", "reassign"),
    "en_route": ("arrive", "collect", "withdraw", "fail", "assign_driver", "report_incident", "reassign"),
    "arrived": ("collect", "withdraw", "fail", "assign_driver", "report_incident", "reassign"),
}
#: Pickups an officer may give to a contract; an accepted one is taken from its collector.
ASSIGNABLE = ("offered", "unserved", "accepted")


def offer_actions(role: str) -> dict[str, list[str]]:
    """State -> what this role may do next with an offer of its own."""
    return {state: [verb for verb in ("accept", "decline") if state == "open" and may(role, f"offer.{verb}")]
            for state in OFFER_STEPS}


def job_actions(role: str) -> dict[str, list[str]]:
    """State -> what this role may do next with a job of its own."""
    rights = {"collect": "consignment.create", "withdraw": "job.withdraw", "assign_driver": "job.assign",
              "reassign": "job.reassign"}
    return {state: [verb for verb in JOB_ACTIONS.get(state, ()) if may(role, rights.get(verb, "job.update"))]
            for state in JOB_STEPS}


def pickup_actions(role: str) -> dict[str, list[str]]:
    """State -> what this role may do next with a pickup it sees in full."""
    return {
        state: [verb for verb in GENERATOR_ACTIONS.get(state, ()) if may(role, f"pickup.{verb}")]
        + (["assign"] if state in ASSIGNABLE and may(role, "pickup.assign") else [])
        for state in PICKUP_STEPS
    }
