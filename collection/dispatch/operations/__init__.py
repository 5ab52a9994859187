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
from .jobs import assign_driver, fail_job, move_job, report_incident, withdraw_job
from .manual import ContractNotEligible, assign_pickup
from .reoptimisation import Reoptimised, programmes_at_work, reoptimise
from .requests import (
    Checked,
    ForeignOrigin,
    IdTaken,
    NewPickup,
    NotEnrolled,
    Submitted,
    cancel_pickup,
    check_pickup,
    submit_pickup,
)
from .waves import advance, due_pickups

__all__ = [
    "Accepted", "Checked", "ContractNotEligible", "ContractNotLive", "ForeignOrigin", "IdTaken", "NewPickup",
    "NotEnrolled", "OfferAlreadyTaken", "OfferExpired", "OfferWithdrawn", "OwnPickup", "QuotaExhausted",
    "Reoptimised", "Submitted", "accept_offer", "advance", "assign_driver", "assign_pickup", "cancel_pickup",
    "check_pickup", "decline_offer", "due_pickups", "fail_job", "move_job", "programmes_at_work", "reoptimise",
    "report_incident", "submit_pickup", "withdraw_job",
]
