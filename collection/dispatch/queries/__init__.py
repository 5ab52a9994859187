"""Who could take a pickup, what a request is judged by, and what each person may see of pickups, offers and jobs."""

from .candidates import CANDIDATES, Matches, candidates
from .day import Base, ContractNeeded, base_of
from .districts import District, unserved_by_district, unserved_g
from .draft import QUICK_STOPS, BaseMissing, NoVehicle, TooManyStops, draft, read_day
from .drafts import Draft, DraftRoute, DraftStop, Given
from .explanations import Load, Weighed, explain, weigh, weigh_one
from .jobs import job, jobs
from .offers import offer, offers
from .pickups import Step, explanation, fields_of_pickup, pickup, pickups, seen_pickup, timeline, unserved
from .plan import Planned, planned
from .requests import likely_duplicates, standing
from .routes import contracts_to_plan, day_plan, route, routes
from .seen import Seen, viewer

__all__ = [
    "CANDIDATES", "QUICK_STOPS", "Base", "BaseMissing", "ContractNeeded", "District", "Draft", "DraftRoute", "DraftStop", "Given",
    "Load", "Matches", "NoVehicle", "Planned", "Seen", "Step", "TooManyStops", "Weighed", "base_of", "candidates",
    "contracts_to_plan", "day_plan", "draft", "explain", "explanation", "fields_of_pickup", "job", "jobs",
    "likely_duplicates", "offer", "offers", "pickup", "pickups", "planned", "read_day", "route", "routes",
    "seen_pickup", "standing", "timeline", "unserved", "unserved_by_district", "unserved_g", "viewer", "weigh", "weigh_one",
]
