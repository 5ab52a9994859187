"""Who could take a pickup, what a request is judged by, and what each person may see of pickups, offers and jobs."""

from .candidates import CANDIDATES, candidates, considered, recyclers
from .jobs import job, jobs
from .offers import offer, offers
from .pickups import Step, explanation, fields_of_pickup, pickup, pickups, seen_pickup, timeline, unserved
from .plan import Planned, planned
from .requests import likely_duplicates, standing
from .seen import Seen, viewer

__all__ = [
    "CANDIDATES", "Planned", "Seen", "Step", "candidates", "considered", "explanation", "fields_of_pickup", "job", "jobs",
    "likely_duplicates", "offer", "offers", "pickup", "pickups", "planned", "recyclers", "seen_pickup", "standing", "timeline",
    "unserved", "viewer",
]
