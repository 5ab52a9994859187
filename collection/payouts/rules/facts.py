"""What the rules know: plain values, gathered by queries.lines in one statement. Nothing else reaches a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What the rules know about one line. Masses in grams; dates are Almaty's; `..._until` of the contract is exclusive.

    "Before" means recorded before this load: of two that look alike the first comer is believed, the second is asked.
    Of a part, ticket and way are those of the load that was taken and weighed.
    """

    # the paper
    stage: str
    origin: str
    supply_on: date
    code_allowed: bool  # the waste code is one of the category's, or not stated
    programme_from: date
    programme_to: date | None  # the last day
    contract_kind: str
    contract_from: date
    contract_until: date
    category_covered: bool
    region_served: bool
    tariff_valid: bool  # its rate is the one of the supply date, or it was taken back since
    mass_g: int
    claimed_elsewhere: bool  # another line that was not taken back pays the same load and stage
    rejected_before: bool  # an earlier edition of this fact was claimed for the stage and finally rejected
    # the ticket
    certified_from: date
    certified_until: date  # the certificate's last day
    tare_until: date | None  # the last day of the stored tare, where one was used
    net_g: int
    payload_g: int | None
    manual: bool  # typed in, not read from the scale
    ticket_before: bool  # the scale gave out this number before
    twins_before: int  # loads of the day before it, on the scale, with the same gross and the same tare
    scale_tickets: int  # of the quarter around this ticket, on the scale, as far as it is known; itself among them
    scale_twins: int  # of those, how many have a twin
    scale_typed: int  # of those, how many were typed in
    scale_typed_round: int  # of the typed ones, how many have a round net
    scale_coarse: bool  # what the scale itself reported is whole 50 kg, or it reported nothing; else it shows 20 kg or less
    recorded_late_by: timedelta
    clock_ahead_by: timedelta
    weighed_before_loaded: bool
    # the way
    haul_km: float | None  # straight, from where the waste arose to the scale
    haul_time: timedelta  # from loading to weighing, by the clocks on the spot
    tour_km: float | None  # straight, from this plate's nearest other moment to this load's; the worst of them
    tour_time: timedelta | None  # between those two moments
    declared_g: int | None  # by the generators, for all that was fetched
    fetched_g: int | None  # the net mass of every load that served those requests
    photos_before: int  # photos of its requests that an earlier request showed
    copies_before: int  # photos of its requests that are copies, by their looks, of one an earlier request showed
    # the plant
    month_g: int | None  # the plant's recycled mass of the month, up to and with this fact
    capacity_g: int | None  # what the plant is licensed for in a month
    batch_input_g: int | None
    batch_product_g: int | None
    yield_least_permille: int | None  # the band of the category on the day of the batch
    yield_most_permille: int | None
    # the last word of inspectors, if the lot fell on the load
    inspected: str | None  # confirmed | mass_differs | not_found
    inspected_g: int | None  # where the mass differs
    # whoever is paid
    company_age_days: int  # from its registration to the supply date
    related: bool  # one person acts for the generator and for another party of the load


@dataclass(frozen=True, slots=True)
class Stock:
    """Product, or by-product, of one category that a plant made and sold since the beginning, in grams."""

    category: str
    material: str
    made_g: int
    sold_g: int


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What the rules know about a whole claim."""

    act_number: str
    einvoice_number: str | None
    einvoice_elsewhere: bool  # the same number stands on a sale or another claim
    stocks: Sequence[Stock]  # of the recycling contract's plant
