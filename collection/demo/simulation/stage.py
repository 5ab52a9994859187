"""The world written down by the operations a real programme would use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from collection.contracts import operations as contracts
from collection.contracts.models import Programme
from collection.kernel.db import rows
from collection.kernel.words import Words
from geo.models import Place

from .. import cast, people
from ..people import Holder, Party
from ..plan import Town
from .world import World

PROGRAMME = "simulation"
#: How offers go out under each policy: so many at a time.
WAVES = {"nearest": 1, "waves": 3, "rolling": 3}
#: Nearest-first: whoever is nearest, and from there to the nearest plant, whatever else is known.
WEIGHTS: dict[str, dict[str, float]] = {
    "nearest": {"home": 0, "loaded": 0.001, "scarcity": 0, "refusal_km": 0, "fair_km": 0}, "waves": {}, "rolling": {},
}


@dataclass(frozen=True, slots=True)
class Stage:
    programme_id: UUID
    parties: list[Party]
    holders: list[Holder]
    offer_life: timedelta


def towns() -> list[Town]:
    return [
        Town(name, point.x, point.y, region, population or 0)
        for name, point, region, population in Place.objects.filter(kind="town", suspect=False, population__gt=0)
        .order_by("id").values_list("name_ru", "point", "region_id", "population")
    ]


def neighbours() -> list[str]:
    """Regions by nearness to the most peopled one, itself first."""
    return [row["kato"] for row in rows(
        """SELECT region.kato FROM geo_region region,
               (SELECT label_point FROM geo_region ORDER BY population DESC NULLS LAST LIMIT 1) AS heart
           ORDER BY region.label_point::geography <-> heart.label_point::geography, region.kato""")]


def build(world: World, *, policy: str, at: datetime) -> Stage:
    """Officers, the programme, its contracts and a generator with a site for every request."""
    officers = people.officers(at)
    programme = contracts.create_programme(
        actor=officers["manager"], at=at, code=PROGRAMME, name=Words("Модельдеу", "Моделирование", "Simulation"),
        starts_on=date(2026, 1, 1), synthetic=True, wave_size=WAVES[policy])
    Programme.objects.filter(pk=programme.id).update(weights=WEIGHTS[policy])
    contracts.load_published_prices(actor=officers["manager"], at=at, programme=PROGRAMME)
    parties = people.parties(
        at, world.contracts, programme=PROGRAMME, series=7, quotas=world.quotas,
        capacities={n: dict.fromkeys(quotas, 10**13) for n, quotas in world.quotas.items()}, lapsed=frozenset(),
        valid=(date(2026, 1, 1), world.ends_at.date()), manager=officers["manager"], finance=officers["finance"])
    registered = contracts.register_generators(actor=officers["manager"], at=at - timedelta(hours=1), generators=[
        contracts.NewGenerator(
            programme=PROGRAMME, kind="company", identity_number=cast.company_number(one.index, series=1),
            name=f"Синтетический образователь {one.index + 1}", phone=cast.phone_number(one.index, series=4),
            site=contracts.NewSite(one.place.name, one.place.longitude, one.place.latitude, one.place.name))
        for one in world.requests])
    holders = [Holder(people.Actor(one.user_id, one.organisation_id, "generator_admin"), one.site.id)
               for one in registered if one.site]
    return Stage(programme.id, parties, holders, timedelta(seconds=programme.offer_life_s))
