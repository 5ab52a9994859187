"""Loading the room's reference data: the only verb of this room."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from collection.kernel.bulk import Upserted, upsert

from .models import Category, CategoryCode, Stream, UnuKey, WasteCode, YieldBand

DATA = Path(__file__).parent / "data"

Progress = Callable[[str, Upserted], None]  # told the name and the outcome of each table of TABLES


def load_waste_reference(progress: Progress = lambda name, done: None) -> None:
    """Bring the tables to what the files of `data/` say; a second call writes nothing. Call it inside a transaction.

    No audit line: these rows change only with a release, and the files' history is their own record.
    """
    for name, step in TABLES.items():
        progress(name, step())


def read(name: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def categories() -> Upserted:
    rows = ([r["code"], r["name_kk"], r["name_ru"], r["name_en"], n] for n, r in enumerate(read("categories"), 1))
    return upsert(Category, ["code", "name_kk", "name_ru", "name_en", "position"], rows, key=["code"])


def streams() -> Upserted:
    rows = ([r["code"], r["group"], r["name_kk"], r["name_ru"], r["name_en"], n]
            for n, r in enumerate(read("streams"), 1))
    return upsert(Stream, ["code", "group", "name_kk", "name_ru", "name_en", "position"], rows, key=["code"])


def codes() -> Upserted:
    """The whole list; the Russian name and the stream come from the subset this programme deals with."""
    ours = {r["code"]: r for r in read("waste_codes_ecoqolday_subset")}
    rows = (
        [r["code"], r["code_printed"], r["hazardous"] == "yes", r["entry_type"], r["chapter_en"], r["subchapter_en"],
         r["name_en"], ours[r["code"]]["name_ru_unofficial"] if r["code"] in ours else "",
         ours[r["code"]]["stream"] if r["code"] in ours else None]
        for r in read("waste_codes_low")
    )
    columns = ["code", "printed", "hazardous", "entry_type", "chapter_en", "subchapter_en", "name_en", "name_ru",
               "stream_id"]
    return upsert(WasteCode, columns, rows, key=["code"])


def category_codes() -> Upserted:
    """Our reading of the money rules until the operator confirms it; the file's `why` is for its readers."""
    rows = ([r["category"], r["code"]] for r in read("category_codes"))
    return upsert(CategoryCode, ["category_id", "code_id"], rows, key=["category_id", "code_id"], exact=True)


def unu_keys() -> Upserted:
    rows = (
        [r["unu_key"], r["description"], r["category6"], r["category6_name"], r["is_photovoltaic"] == "yes", r["eu10"],
         round(float(r["avg_weight_kg_2014"]) * 1000)]
        for r in read("unu_keys")
    )
    columns = ["key", "name_en", "category6", "category6_name", "is_photovoltaic", "eu10", "average_g"]
    return upsert(UnuKey, columns, rows, key=["key"])


def yield_bands() -> Upserted:
    """Our assumption until the operator confirms them; the file's `source` says so."""
    rows = (
        [r["category"], f"[{r['valid_from']},{r['valid_until']})", r["least_permille"], r["most_permille"], r["source"]]
        for r in read("yield_bands")
    )
    columns = ["category_id", "valid", "least_permille", "most_permille", "source"]
    return upsert(YieldBand, columns, rows, key=["category_id", "valid"], exact=True)


TABLES: dict[str, Callable[[], Upserted]] = {
    "waste categories": categories, "waste streams": streams, "waste codes": codes,
    "codes of categories": category_codes, "UNU keys": unu_keys, "yield bands": yield_bands,
}
