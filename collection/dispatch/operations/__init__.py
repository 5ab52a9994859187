"""The verbs of dispatch, by topic."""

from .acceptance import (
    Accepted,
    ContractNotLive,
    OfferAlreadyTaken,
    OfferExpired,
    OfferWithdrawn,
    OwnPickup,
    QuotaExhausted,
    accept_offer,
    decline_offer,
)
from .dry_run import DryRun, try_pickup
from .jobs import assign_driver, fail_job, move_job, report_incident, withdraw_job
from .manual import ContractNotEligible, assign_pickup, reassign_job
from .missed import WindowNotOver, report_missed
from .reoptimisation import Reoptimised, programmes_at_work, reoptimise
from .requests import (
    Checked,
    ForeignOrigin,
    NewPickup,
    NotEnrolled,
    Submitted,
    cancel_pickup,
    check_pickup,
    submit_pickup,
)
from .routes import (
    PlanInProgress,
    PlanOutdated,
    adopt_plan,
    fail_plan,
    note_progress,
    queue_nightly,
    queue_plan,
    reap_plans,
    start_plan,
)
from .waves import advance, due_pickups

__all__ = [
    "Accepted", "Checked", "ContractNotEligible", "ContractNotLive", "DryRun", "ForeignOrigin", "NewPickup",
    "NotEnrolled", "OfferAlreadyTaken", "OfferExpired", "OfferWithdrawn", "OwnPickup", "PlanInProgress",
    "PlanOutdated", "QuotaExhausted", "Reoptimised", "Submitted", "WindowNotOver", "accept_offer", "adopt_plan",
    "advance", "assign_driver", "assign_pickup", "cancel_pickup", "check_pickup", "decline_offer", "due_pickups",
    "fail_job", "fail_plan", "move_job", "note_progress", "programmes_at_work", "queue_nightly", "queue_plan",
    "reap_plans", "reassign_job", "reoptimise", "report_incident", "report_missed", "start_plan", "submit_pickup",
    "try_pickup", "withdraw_job",
]
