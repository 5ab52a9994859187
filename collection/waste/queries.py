"""What the rooms above ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from collection.kernel.words import Words

from .models import Category, CategoryCode, WasteCode, YieldBand


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """A payment category with the six-digit codes that may stand on its papers."""

    code: str
    name: Words
    codes: tuple[str, ...]


def category_codes(category: str) -> tuple[str, ...]:
    """The codes allowed for a category, in order; empty for a category that does not exist."""
    return tuple(CategoryCode.objects.filter(category=category).order_by("code").values_list("code", flat=True))


def is_code_allowed(category: str, code: str) -> bool:
    """Whether `code` (six digits) may stand on the papers of `category`."""
    return CategoryCode.objects.filter(category=category, code=code).exists()


def catalogue() -> tuple[CategoryEntry, ...]:
    """All categories in the order people see them."""
    codes: dict[str, list[str]] = {}
    for category, code in CategoryCode.objects.order_by("code").values_list("category", "code"):
        codes.setdefault(category, []).append(code)
    return tuple(
        CategoryEntry(category.code, Words(category.name_kk, category.name_ru, category.name_en),
                      tuple(codes.get(category.code, ())))
        for category in Category.objects.all()
    )


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """A classifier code that may stand on papers of a payment category. `name_ru` is unofficial and may be empty."""

    code: str
    printed: str
    hazardous: bool
    name_en: str
    name_ru: str


def codes_in_categories() -> tuple[CodeEntry, ...]:
    """Every code that some category allows, in order."""
    return tuple(
        CodeEntry(**row) for row in
        WasteCode.objects.filter(category_codes__isnull=False).distinct().values(*CodeEntry.__slots__)
    )


@dataclass(frozen=True, slots=True)
class Band:
    """Product per mille of a batch's input that is plausible, both ends included."""

    least_permille: int
    most_permille: int

    def holds(self, *, product_g: int, input_g: int) -> bool:
        """Whether so many grams of product out of so many of input lie within the band; exact, without division."""
        return self.least_permille * input_g <= product_g * 1000 <= self.most_permille * input_g


def yield_band(category: str, on: date) -> Band | None:
    """The category's band on an Almaty date; None where there is none."""
    found = YieldBand.objects.filter(category=category, valid__contains=on).first()
    return Band(found.least_permille, found.most_permille) if found else None
