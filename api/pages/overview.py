"""The front page: the five tonnages and the money, month by month, by region and by kind of waste. For everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from collection.contracts.queries import programmes
from collection.kernel.refusals import NotFound
from collection.stats import queries
from collection.stats.queries import MEASURES, Answer, Figures

from .page import Page


class Overview(Page):
    """Figures of one programme; the newest one unless another is named."""

    template, part = "overview.html", "overview_part.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        known = programmes()
        if not known:
            return {"programmes": []}
        code = self.request.GET.get("programme") or known[-1].code
        if code not in {one.code for one in known}:
            raise NotFound
        answer = queries.figures(programme=code, group_by="month", counts=True)
        found = {"programmes": known, "code": code, "answer": answer, "cards": cards(answer.total), "measures": MEASURES}
        if "part" in self.request.GET:
            return found
        regions, categories = (queries.figures(programme=code, group_by=name) for name in ("region", "category"))
        return found | {
            "regions": named(regions, "region", self.language), "categories": named(categories, "category", self.language),
            "trend": trend(answer), "map": {one["key"]: one["tonnes"] for one in named(regions, "region", self.language)},
        }


def cards(total: Figures) -> list[dict[str, Any]]:
    units = dict(zip(MEASURES, ("applications_n", "loads_n", "loads_n", "batches_n", "lines_n"), strict=True))
    return [{"measure": name, "grams": getattr(total, name).grams, "n": getattr(total, name).n, "unit": units[name]}
            for name in MEASURES]


def tonnes_of(figures: Figures) -> dict[str, float]:
    """For charts and colours only: tonnes as numbers. What is read is written from the grams."""
    return {name: getattr(figures, name).grams / 1e6 for name in MEASURES} | {"money": figures.paid_tiyn / 1e8}


def named(answer: Answer, group_by: str, language: str) -> list[dict[str, Any]]:
    """Rows of a table, the largest recycled mass first; each with what people call it."""
    names = queries.names(group_by, [one.key for one in answer.items if one.key])
    found = [{"key": one.key, "name": names[one.key].in_language(language) if one.key in names else one.key,
              "figures": one.figures, "tonnes": tonnes_of(one.figures)} for one in answer.items]
    return sorted(found, key=lambda one: (-one["figures"].recycled.grams, str(one["name"])))


def trend(answer: Answer) -> dict[str, Any]:
    """Every month from the first to the last, the silent ones too."""
    by_month = {str(one.key): tonnes_of(one.figures) for one in answer.items if one.key}
    months, series = list(months_between(min(by_month), max(by_month))) if by_month else [], {}
    for name in (*MEASURES, "money"):
        series[name] = [by_month.get(month, {}).get(name, 0) for month in months]
    return {"months": months, "series": series}


def months_between(first: str, last: str) -> list[str]:
    day, found = date.fromisoformat(f"{first}-01"), []
    while f"{day:%Y-%m}" <= last:
        found.append(f"{day:%Y-%m}")
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found
