"""The live programme of the demo: contractors around Almaty, waiting for people to ask."""

from __future__ import annotations

from datetime import date, datetime

from collection.accounts import steps as accounts
from collection.contracts import operations as contracts
from collection.contracts.models import Contract
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from geo.models import Region

from . import assumptions as assume, cast
from .people import LIVE, parties
from .plan import PlannedContract, Town

ALMATY, ALMATY_REGION, ASTANA = "750000000", "190000000", "710000000"
#: name, longitude, latitude, region: bases at growing distances from the city's centre.
TOWNS = (
    Town("Алматы", 76.9115, 43.2525, ALMATY, 2_000_000),
    Town("Талгар", 77.2407, 43.3035, ALMATY_REGION, 50_000),
    Town("Қаскелең", 76.6233, 43.2039, ALMATY_REGION, 60_000),
    Town("Есік", 77.4569, 43.3555, ALMATY_REGION, 40_000),
    Town("Қонаев", 77.0828, 43.8844, ALMATY_REGION, 60_000),
    Town("Астана", 71.446, 51.1801, ASTANA, 1_350_000),
)
PACKAGING = ("composite", "glass", "metal", "paper", "polymer")
AUTO = ("batteries", "oils", "tyres", "tyres_oversize")
#: kind, index into TOWNS, categories. Five collectors take packaging, so that a wave of three leaves two for the next.
CONTRACTS = (
    ("collection", 0, PACKAGING), ("collection", 1, PACKAGING), ("collection", 2, PACKAGING), ("collection", 3, PACKAGING),
    ("full_cycle", 4, PACKAGING), ("collection", 1, AUTO),
    ("recycling", 0, PACKAGING), ("recycling", 4, PACKAGING + AUTO), ("recycling", 5, AUTO),
)
NEXT_CENTURY = date(2099, 12, 31)


CLOSED = "Synthetic: the main job begins anew"


def season() -> cast.Season:
    """The one whose contracts were drawn up last."""
    return cast.Season(max(0, Contract.objects.filter(programme__code=LIVE).count() // len(CONTRACTS) - 1))


def next_season(at: datetime, *, manager: Actor, finance: Actor) -> bool:
    """New contractors for the next main job, if somebody claimed under these; theirs are closed. True if they are new."""
    now = season()
    used = Contract.objects.filter(programme__code=LIVE, state="active")
    if not used.filter(claim__isnull=False).exists():
        return False
    for contract_id in list(used.values_list("id", flat=True)):
        contracts.close_contract(actor=manager, at=at, contract_id=contract_id, reason=CLOSED)
    live(at, manager=manager, finance=finance, season=cast.Season(now.number + 1))
    return True


def live(at: datetime, *, manager: Actor, finance: Actor, season: cast.Season = cast.FIRST) -> None:
    """Contractors under contract for years, a driver each, and room for everybody's waste."""
    planned = [
        PlannedContract(f"L-{season.number * len(CONTRACTS) + n:03d}/2026", kind, TOWNS[town], categories,
                        tuple(sorted({ALMATY, ALMATY_REGION} | ({ASTANA} if town == 5 else set()))))
        for n, (kind, town, categories) in enumerate(CONTRACTS, start=1)
    ]
    regions = set(Region.objects.values_list("kato", flat=True))
    assert {region for one in planned for region in one.regions} <= regions
    room = {n: dict.fromkeys(one.categories, 100_000 * assume.T) for n, one in enumerate(planned)}
    made = parties(
        at, planned, programme=LIVE, series=5, quotas=room,
        capacities={n: dict.fromkeys(one.categories, 5_000 * assume.T) for n, one in enumerate(planned)},
        lapsed=frozenset(), valid=(date(2026, 1, 1), NEXT_CENTURY), manager=manager, finance=finance,
        first=season.first, working_days=tuple(range(1, 8)))  # whoever tries it on a Sunday finds somebody
    for n, party in enumerate(made):
        if planned[n].kind == "recycling":
            continue
        driver = accounts.add_user(id=uuid7(at), phone=season.driver_of(n),
                                   name=f"Synthetic driver {n + 1}", language="kk", at=at)
        accounts.add_membership(id=uuid7(at), user_id=driver, organisation_id=party.organisation_id, role="driver", at=at)
