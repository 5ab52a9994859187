"""The values a plan is made of before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from collection.kernel.calendar import ALMATY

from .day import Base, DayJob, DayVehicle, OldStop, Point


@dataclass(frozen=True, slots=True)
class DraftStop:
    kind: str
    job_id: UUID
    arrives_at: datetime
    departs_at: datetime
    load_g: int
    metres: int
    seconds: int
    fixed: bool = False
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DraftRoute:
    vehicle_id: UUID
    driver_id: UUID | None
    start: Point
    starts_at: datetime
    ends_at: datetime
    metres: int
    seconds: int
    home_m: int
    mass_g: int
    value_tiyn: int | None
    stops: tuple[DraftStop, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """`versions`: what the jobs were when it was made; it may be written only while they are the same."""

    base: Base
    day: date
    replaces: UUID | None
    versions: dict[UUID, int]
    routes: tuple[DraftRoute, ...] = ()
    unserved: tuple[tuple[UUID, str], ...] = ()
    cost: int = 0
    metres: int = 0
    provider: str = ""
    fallback: bool = False
    unreachable: int = 0
    seed: int = 0
    named: tuple[tuple[UUID, UUID | None], ...] = ()
    hands: tuple[tuple[UUID, UUID | None, UUID | None], ...] = ()  # job, vehicle, driver: what it changes on jobs
    told: tuple[UUID, ...] = ()  # drivers whose way it changes


@dataclass(frozen=True, slots=True)
class Given:
    """What was read. `old` are the halts of the plan in force, or of the last one before; `again`: it is of this day."""

    base: Base
    day: date
    at: datetime
    named: tuple[tuple[UUID, UUID | None], ...]
    jobs: dict[UUID, DayJob]
    vehicles: list[DayVehicle]
    old: list[OldStop]
    replaces: UUID | None

    @property
    def midnight(self) -> datetime:
        return datetime.combine(self.day, time(0), ALMATY)

    def second(self, at: datetime) -> int:
        """Of the day, in Almaty."""
        return round((at - self.midnight).total_seconds())

    def moment(self, second: int) -> datetime:
        return self.midnight + timedelta(seconds=second)

    @property
    def stops(self) -> int:
        return 2 * len(self.jobs)
