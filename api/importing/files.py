"""Which files there are, in the order they are taken, and what the rows of each become.

A row names others in the words of the old books: a contractor by its BIN or IIN, a base or plant by its owner and name, a
contract by its number, a load by its reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from collection.contracts import operations as contracts
from collection.contracts.states import LEGS, ORIGINS, STAGES
from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.payouts import operations as payouts
from collection.registry import operations as registry

from . import table
from .table import Reader, maybe, text

Found = Callable[[str, str], UUID]  # (file, key) -> what that row became; raises Unknown
Cells = dict[str, Any]


class Unknown(Exception):
    """A row names one that is not there (`file`, `key`)."""

    def __init__(self, file: str, key: str) -> None:
        self.file, self.key = file, key
        super().__init__(file, key)


@dataclass(frozen=True, slots=True)
class File:
    """`build` turns a row's cells into what the verb takes; `take` calls the verb and gives an id for each of them.

    `columns_of` says which column a field of the verb came from where the names differ.
    """

    name: str
    columns: Mapping[str, Reader]
    key: tuple[str, ...]
    build: Callable[[Cells, str, Found], Any]
    take: Callable[[datetime, str, Sequence[Any]], Sequence[UUID | None]]
    columns_of: Mapping[str, str]


def _contractor(cells: Cells, programme: str, found: Found) -> contracts.NewContractor:
    return contracts.NewContractor(**cells)


def _place(cells: Cells, programme: str, found: Found) -> registry.NewPlace:
    return registry.NewPlace(found("contractors.csv", cells["contractor"]), cells["name"], float(cells["longitude"]),
                             float(cells["latitude"]), cells["address"])


def _plant(cells: Cells, programme: str, found: Found) -> registry.NewFacility:
    return registry.NewFacility(
        found("contractors.csv", cells["contractor"]), cells["name"], float(cells["longitude"]), float(cells["latitude"]),
        address=cells["address"], capacities=cells["monthly_t"])


def _vehicle(cells: Cells, programme: str, found: Found) -> registry.NewVehicle:
    return registry.NewVehicle(found("contractors.csv", cells["contractor"]), cells["plate"], cells["payload_t"])


def _scale(cells: Cells, programme: str, found: Found) -> registry.NewScale:
    owner = cells["contractor"]
    return registry.NewScale(
        found("contractors.csv", owner), cells["serial"], cells["certificate"], cells["certified_from"],
        cells["certified_until"], found("plants.csv", f"{owner} {cells['plant']}") if cells["plant"] else None)


def _tariff(cells: Cells, programme: str, found: Found) -> contracts.NewTariff:
    return contracts.NewTariff(**cells)


def _contract(cells: Cells, programme: str, found: Found) -> contracts.NewContract:
    owner = cells["contractor"]
    return contracts.NewContract(
        programme=programme, organisation_id=found("contractors.csv", owner), number=cells["number"], kind=cells["kind"],
        valid_from=cells["valid_from"], valid_to=cells["valid_to"], iban=cells["iban"], vat_payer=cells["vat_payer"],
        cap_tiyn=cells["cap_kzt"], categories=cells["quotas_t"], regions=cells["regions"],
        base_id=found("bases.csv", f"{owner} {cells['base']}") if cells["base"] else None,
        facility_id=found("plants.csv", f"{owner} {cells['plant']}") if cells["plant"] else None)


def _generator(cells: Cells, programme: str, found: Found) -> contracts.NewGenerator:
    site = contracts.NewSite(cells["site"], float(cells["longitude"]), float(cells["latitude"]), cells["address"])
    return contracts.NewGenerator(
        programme=programme, kind=cells["kind"], identity_number=cells["identity_number"], name=cells["name"],
        phone=cells["phone"], user_name=cells["user_name"], language=cells["language"], site=site)


def _load(cells: Cells, programme: str, found: Found) -> custody.Load:
    return custody.Load(
        loaded_at=cells["loaded_at"], category=cells["category"], origin=cells["origin"], plate=cells["plate"],
        waste_code=cells["waste_code"], collector_contract_id=found("contracts.csv", cells["collector_contract"]),
        recycler_contract_id=found("contracts.csv", cells["recycler_contract"]),
        point=(float(cells["longitude"]), float(cells["latitude"])))


def _ticket(cells: Cells, programme: str, found: Found) -> custody.Ticket:
    return custody.Ticket(
        consignment_id=found("loads.csv", cells["load"]), scale_id=found("scales.csv", cells["scale"]),
        ticket_number=cells["ticket"], occurred_at=cells["weighed_at"], gross_g=cells["gross_t"], tare_g=cells["tare_t"])


def _receipt(cells: Cells, programme: str, found: Found) -> custody.NewReceipt:
    return custody.NewReceipt(found("loads.csv", cells["load"]), cells["accepted_t"], cells["refused_t"],
                              cells["received_at"], cells["reason"])


def _paid(cells: Cells, programme: str, found: Found) -> payouts.PaidMonth:
    return payouts.PaidMonth(
        found("contracts.csv", cells["contract"]), cells["month"], cells["category"], cells["mass_t"], cells["amount_kzt"],
        cells["paid_on"], cells["bank_reference"])


def _take_contracts(at: datetime, programme: str, new: Sequence[Any]) -> list[UUID | None]:
    """They are in force: the old programme's officers approved them."""
    made = contracts.draw_up_contracts(actor=HOUSE, at=at, contracts=new)
    contracts.approve_contracts(actor=HOUSE, at=at, contract_ids=[one.id for one in made])
    return [one.id for one in made]


def _take_receipts(at: datetime, programme: str, new: Sequence[Any]) -> Sequence[UUID]:
    """They stood at the gate, whenever that was, before somebody decided."""
    custody.deliver(actor=HOUSE, at=at, consignment_ids=[one.consignment_id for one in new])
    return custody.receive(actor=HOUSE, at=at, receipts=new)


def _take_generators(at: datetime, programme: str, new: Sequence[Any]) -> list[UUID | None]:
    return [one.organisation_id for one in contracts.register_generators(actor=HOUSE, at=at, generators=new)]


PERSON: dict[str, Reader] = {
    "identity_number": text, "name": text, "phone": text, "user_name": maybe(text, ""),
    "language": maybe(table.one_of("kk", "ru", "en"), "ru"), "kind": table.one_of("person", "company"),
}
POINT: dict[str, Reader] = {"longitude": table.number, "latitude": table.number}
PLACE: dict[str, Reader] = {"contractor": text, "name": text, **POINT, "address": maybe(text, "")}

FILES = (
    File("tariffs.csv", {
        "category": text, "stage": table.one_of(*STAGES), "coefficient": table.coefficient, "valid_from": table.day,
        "valid_to": maybe(table.day), "source": text}, ("category", "stage", "valid_from"), _tariff,
        lambda at, programme, new: [one.id for one in contracts.set_tariffs(
            actor=HOUSE, at=at, programme=programme, tariffs=new)], {}),
    File("contractors.csv", {"contract_kind": table.one_of(*LEGS), **PERSON}, ("identity_number",), _contractor,
         lambda at, programme, new: [one.organisation_id for one in contracts.register_contractors(
             actor=HOUSE, at=at, contractors=new)], {}),
    File("bases.csv", PLACE, ("contractor", "name"), _place,
         lambda at, programme, new: [one.id for one in registry.add_bases(actor=HOUSE, at=at, bases=new)],
         {"point": "longitude"}),
    File("plants.csv", PLACE | {"monthly_t": maybe(table.masses, [])}, ("contractor", "name"), _plant,
         lambda at, programme, new: [one.id for one in registry.add_facilities(actor=HOUSE, at=at, facilities=new)],
         {"point": "longitude", "capacities": "monthly_t"}),
    File("vehicles.csv", {"contractor": text, "plate": text, "payload_t": table.tonnes}, ("plate",), _vehicle,
         lambda at, programme, new: [one.id for one in registry.add_vehicles(actor=HOUSE, at=at, vehicles=new)],
         {"payload_g": "payload_t"}),
    File("scales.csv", {
        "contractor": text, "plant": maybe(text), "serial": text, "certificate": text, "certified_from": table.day,
        "certified_until": table.day}, ("serial",), _scale,
        lambda at, programme, new: [one.id for one in registry.add_scales(actor=HOUSE, at=at, scales=new)],
        {"certificate_number": "certificate"}),
    File("contracts.csv", {
        "number": text, "contractor": text, "kind": table.one_of(*LEGS), "valid_from": table.day,
        "valid_to": maybe(table.day), "iban": text, "vat_payer": table.yes, "cap_kzt": maybe(table.tenge),
        "quotas_t": table.masses, "regions": table.words, "base": maybe(text), "plant": maybe(text)}, ("number",), _contract,
        _take_contracts, {"organisation_id": "contractor", "cap_tiyn": "cap_kzt", "categories": "quotas_t",
                          "base_id": "base", "facility_id": "plant"}),
    File("generators.csv", PERSON | {"site": text, **POINT, "address": maybe(text, "")}, ("identity_number",), _generator,
         _take_generators, {}),
    File("loads.csv", {
        "reference": text, "collector_contract": text, "recycler_contract": text, "category": text,
        "waste_code": maybe(text), "origin": table.one_of(*ORIGINS), "plate": text, "loaded_at": table.moment, **POINT},
        ("reference",), _load,
        lambda at, programme, new: [one.id for one in custody.load(actor=HOUSE, at=at, loads=new)],
        {"collector_contract_id": "collector_contract", "recycler_contract_id": "recycler_contract", "point": "longitude"}),
    File("weighings.csv", {
        "load": text, "scale": text, "ticket": text, "weighed_at": table.moment, "gross_t": table.tonnes,
        "tare_t": table.tonnes}, ("load",), _ticket,
        lambda at, programme, new: custody.weigh(actor=HOUSE, at=at, tickets=new),
        {"consignment_id": "load", "scale_id": "scale", "ticket_number": "ticket", "occurred_at": "weighed_at",
         "gross_g": "gross_t", "tare_g": "tare_t"}),
    File("receipts.csv", {
        "load": text, "received_at": table.moment, "accepted_t": table.tonnes, "refused_t": table.tonnes,
        "reason": maybe(text, "")}, ("load",), _receipt, _take_receipts,
        {"consignment_id": "load", "occurred_at": "received_at", "accepted_g": "accepted_t"}),
    File("paid_months.csv", {
        "contract": text, "month": table.month, "category": text, "mass_t": table.tonnes, "amount_kzt": table.tenge,
        "paid_on": table.day, "bank_reference": text}, ("contract", "month", "category"), _paid,
        lambda at, programme, new: payouts.record_paid_months(actor=HOUSE, at=at, months=new),
        {"contract_id": "contract", "mass_g": "mass_t", "amount_tiyn": "amount_kzt"}),
)
