"""What is published about the programme, what is not, and what we assumed instead: one table, one comment a row.

Published (September 2025): 74 contracts (46 collection, 18 recycling, 10 full cycle), 1,725 generators, 739 applications
for 2,618 t, 10.3 kt recycled in 2024 and 19.1 kt in January-August 2025, KZT 447.3 million paid. Everything else below is
an assumption, so the replayed rows are synthetic and say so. Nothing balances the figures afterwards: they come out of
the same operations that a live programme runs.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

T = 1_000_000  # grams in a tonne

STARTS_ON = date(2024, 1, 1)
ENDS_ON = date(2025, 12, 31)
LAST_MONTH = date(2025, 8, 1)

# -- published -------------------------------------------------------------------------------------------------
CONTRACTS = {"collection": 46, "recycling": 18, "full_cycle": 10}
GENERATORS = 1_725
APPLICATIONS = 739
DECLARED_G = 2_618 * T
RECYCLED_G = {2024: 10_300 * T, 2025: 19_100 * T}

# -- assumed: tonnes by month ------------------------------------------------------------------------------------
#: Weights of the months inside each year. The programme was new in 2024, so its first months are thin; 2025 grows evenly.
MONTH_WEIGHTS = {
    2024: (20, 25, 40, 60, 75, 85, 95, 105, 115, 125, 130, 125),
    2025: (90, 92, 98, 102, 105, 110, 115, 118),
}

# -- assumed: what the waste is ----------------------------------------------------------------------------------
#: category: (share of recycled tonnes in percent, mean load in tonnes, product / by-product share of a batch's input).
#: Packaging dominates such programmes by mass; paper goes by medium lorries, polymer is light, glass is heavy. The
#: remainder of a batch is loss. Metal packaging is common in collection but nearly worthless at its published rate.
CATEGORIES = {
    "paper": (38, 9.0, Decimal("0.90"), Decimal("0.04")),
    "glass": (20, 15.0, Decimal("0.93"), Decimal("0.03")),
    "polymer": (14, 5.0, Decimal("0.82"), Decimal("0.08")),
    "metal": (8, 11.0, Decimal("0.95"), Decimal("0.02")),
    "composite": (2, 4.0, Decimal("0.76"), Decimal("0.12")),
    "tyres": (8, 8.0, Decimal("0.72"), Decimal("0.22")),
    "tyres_oversize": (1, 12.0, Decimal("0.70"), Decimal("0.24")),
    "oils": (6, 6.0, Decimal("0.80"), Decimal("0.12")),
    "batteries": (3, 7.0, Decimal("0.88"), Decimal("0.06")),
}
#: What one contract covers: packaging goes together, auto components go together, a few do metal only.
BUNDLES = (
    ("paper", "polymer", "glass", "composite", "metal"),
    ("paper", "polymer"),
    ("glass", "metal"),
    ("tyres", "tyres_oversize", "oils", "batteries"),
    ("paper", "polymer", "glass"),
    ("metal",),
)

# -- assumed: why most of it was not paid -------------------------------------------------------------------------
#: About KZT 7.5 billion was planned for 2024 and very little could be paid, because formalities failed. The shares are
#: of loads, except where a contract or a scale is said.
SHARE_EXCLUDED_ORIGIN = 0.22  # central containers and sorting plants: the largest reason named in public discussion
SHARE_OVER_PAYLOAD = 0.02  # the lorry's papers say less than the scale
SCALES_LAPSED = 3  # plants whose calibration certificate ran out and was not renewed
SCALES_LAPSED_ON = date(2025, 1, 31)
SHARE_REFUSED_LOADS = 0.05  # loads with something refused at the gate ...
REFUSED_SHARE = (0.01, 0.08)  # ... and how much of them
SHARE_CLAIMS_NEVER_FILED = 0.18  # contract-months without an act or e-invoice: small firms give up on the papers
SHARE_ORDERS_REJECTED = 0.02  # the bank rejects an order; it is issued again a month later

# -- assumed: money ----------------------------------------------------------------------------------------------
#: Filed on the 5th after the month, verified on the 15th, approved on the 25th, paid on the 28th.
FILED_DAY, VERIFIED_DAY, APPROVED_DAY, PAID_DAY = 5, 15, 25, 28
#: The period's disbursement ceiling. Approved claims beyond it wait; a later claim that still fits goes first.
CEILING_TIYN = 447_300_000_00

# -- assumed: applications ----------------------------------------------------------------------------------------
SHARE_CANCELLED = 0.05
SHARE_FAILED = 0.02  # nobody there, no access
SHARE_FIRST_DECLINES = 0.12  # the nearest collector says no and the second accepts
WEIGHED_TO_DECLARED = (0.85, 1.05)  # people overestimate a little
