"""The papers of these scenes: a programme, its officers, a generator, a contractor, and a contract not yet drawn up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from collection.accounts.identity import check_digit
from collection.contracts import operations as contracts
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.words import Words
from collection.registry import operations as registry
from tests.cast import identity_number, phone

AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
ALMATY, ASTANA = (76.9286, 43.2567), (71.4304, 51.1282)
ALMATY_KATO, ASTANA_KATO = "750000000", "710000000"
IBAN = "KZ86125KZT5004100100"
NAME = Words("Бағдарлама", "Программа", "Programme")
_numbers = count(1)


def iin() -> str:
    """An IIN nobody has yet."""
    while True:
        eleven = f"900115{300_00 + next(_numbers):05d}"
        digit = check_digit(eleven)
        if digit is not None:
            return f"{eleven}{digit}"


def programme(code: str = "live", **more) -> contracts.ProgrammeDetail:
    """A running programme with the published prices."""
    made = contracts.create_programme(
        actor=HOUSE, at=AT, code=code,
        **{"starts_on": date(2024, 1, 1), "name": NAME} | more)
    contracts.load_published_prices(actor=HOUSE, at=AT, programme=code)
    return made


def generator(code: str = "live",
              point: tuple[float, float] | None = ALMATY) -> tuple[Actor, contracts.RegisteredGenerator]:
    site = point and contracts.NewSite("Shop", *point, "Abai 1")
    made = contracts.register_generators(actor=HOUSE, at=AT, generators=[contracts.NewGenerator(
        programme=code, kind="company", identity_number=identity_number(), name="Shop LLP", phone=phone(), site=site,
    )])[0]
    return Actor(made.user_id, made.organisation_id, "generator_admin"), made


def contractor(kind: str) -> Actor:
    made = contracts.register_contractors(actor=HOUSE, at=AT, contractors=[contracts.NewContractor(
        contract_kind=kind, identity_number=identity_number(), name=f"{kind} LLP", phone=phone())])[0]
    return Actor(made.user_id, made.organisation_id, made.roles[0])


def draft(kind: str = "full_cycle", *, who: Actor | None = None, **more) -> contracts.NewContract:
    """A contract that would be accepted: glass and paper, Almaty and Astana, this year."""
    who = who or contractor(kind)
    base = registry.add_bases(actor=HOUSE, at=AT, bases=[
        registry.NewPlace(who.organisation_id, "Base", *ALMATY)])[0] if kind != "recycling" else None
    plant = registry.add_facilities(actor=HOUSE, at=AT, facilities=[
        registry.NewFacility(who.organisation_id, "Plant", *ASTANA, capacities=[("glass", 200_000_000)])
    ])[0] if kind != "collection" else None
    return contracts.NewContract(**{
        "programme": "live", "organisation_id": who.organisation_id, "number": f"{kind[:1].upper()}-{next(_numbers)}",
        "kind": kind, "valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31), "iban": IBAN,
        "categories": [("glass", 10**9), ("paper", 2 * 10**9)], "regions": [ALMATY_KATO, ASTANA_KATO],
        "base_id": base and base.id, "facility_id": plant and plant.id, "cap_tiyn": 5 * 10**10,
    } | more)
