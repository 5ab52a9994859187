"""What is paid to whom, and why something is not. Source: product.md, "Money rules"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from collection.kernel.words import Words

from .states import EXCLUDED_ORIGINS

#: Which split stages a contract of each kind claims; `whole` rates go where `stages_paid` says.
STAGES_OF_KIND = {
    "collection": ("collection", "transport"),
    "recycling": ("recycling",),
    "full_cycle": ("collection", "transport", "recycling"),
}
#: Which role an organisation needs for the legs of each kind of contract.
ROLES_OF_KIND = {
    "collection": ("collector_admin",),
    "recycling": ("recycler_admin",),
    "full_cycle": ("collector_admin", "recycler_admin"),
}

#: A hauler's own separate-collection containers are payable "since mid-2025"; the day is our reading of that, shown as
#: an assumption until the operator confirms it.
SEPARATE_COLLECTION_PAYABLE_FROM = date(2025, 7, 1)

#: Bounds of what can be typed in, so that coefficient x index x any lawful load stays far inside 64 bits of tiyn:
#: 1,000 x 100,000,000 tiyn x 40 t is 4 x 10^12.
MAX_COEFFICIENT = Decimal(1000)
MAX_INDEX_TIYN = 100_000_000
MAX_TIYN = 10**15  # ten trillion tenge: more than any budget, and thousands of them add up inside 64 bits

NOT_PAYABLE = {
    "foreign_origin": Words("Шетелдік қалдық қабылданбайды", "Отходы из-за рубежа не принимаются",
                            "Waste from abroad is refused"),
    "origin_excluded": Words("Мұндай көзден алынған қалдыққа төленбейді", "За отходы из этого источника не платят",
                             "Waste from this source is not paid for"),
    "outside_programme_period": Words("Бағдарлама мерзімінен тыс", "Вне периода программы",
                                      "Outside the programme's period"),
    "code_without_category": Words("Код төленетін санатқа жатпайды", "Код не входит в оплачиваемую категорию",
                                   "The waste code belongs to no paid category"),
    "no_tariff": Words("Бұл күнге тариф жоқ", "На эту дату нет тарифа", "There is no tariff on that day"),
    "no_index": Words("Бұл күнге АЕК белгіленбеген", "На эту дату не задан МРП",
                      "The monthly index is not set for that day"),
}


def stages_paid(kind: str, *, whole_payee: str) -> tuple[str, ...]:
    """The stages a contract of `kind` may claim, `whole` among them where the unsplit rate is its to claim.

    An unsplit rate goes to the full-cycle contract, or else to the party the programme names (`whole_payee`).
    """
    whole = ("whole",) if kind in ("full_cycle", whole_payee) else ()
    return STAGES_OF_KIND[kind] + whole


def is_payable(*, origin: str, day: date, starts_on: date, ends_on: date | None, rates: Mapping[str, Decimal],
               index_tiyn: int | None, code_allowed: bool = True) -> tuple[str, ...]:
    """Every reason (a key of NOT_PAYABLE) why a load supplied on `day` would earn nothing; none means payable.

    `rates`: stage -> coefficient in force on that day for its category; `code_allowed`: its waste code is one of the
    category's, or not stated. A stage missing from `rates` is not payable, which is not the same as paid zero.
    """
    reasons = {
        "foreign_origin": origin == "foreign",
        "origin_excluded": origin in EXCLUDED_ORIGINS
        or (origin == "separate_collection" and day < SEPARATE_COLLECTION_PAYABLE_FROM),
        "outside_programme_period": day < starts_on or (ends_on is not None and day > ends_on),
        "code_without_category": not code_allowed,
        "no_tariff": not rates,
        "no_index": index_tiyn is None,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)
