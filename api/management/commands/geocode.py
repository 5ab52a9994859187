"""`manage.py geocode FILE.csv`: what the texts of a CSV file mean, as CSV on standard output."""

from __future__ import annotations

import csv
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geo.gazetteer import read

HEADER = ("kato", "lat", "lon", "precision", "ambiguous")


class Command(BaseCommand):
    help = (
        "Read a CSV file with the column query (and region, a name or a KATO code, if there is one; others are passed over) "
        "and write kato, lat, lon, precision and ambiguous for each of its rows, in the same order. What is not understood "
        "is empty; for namesakes ambiguous is true and the rest is their common parent's, or empty."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with open(options["file"], encoding="utf-8-sig", errors="replace", newline="") as file:
                self.geocode(file)
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}", returncode=2) from error
        except csv.Error as error:
            raise CommandError(f"{options['file']} is not a CSV file: {error}", returncode=2) from error

    def geocode(self, file: TextIO) -> None:
        rows = csv.reader(file)
        header = [name.strip().lower() for name in next(rows, [])]
        if "query" not in header:
            raise CommandError(f"{file.name} has no column query.", returncode=2)
        query, region = header.index("query"), header.index("region") if "region" in header else None
        out = csv.writer(self.stdout, lineterminator="\n")
        out.writerow(HEADER)
        for row in rows:
            if row:  # a blank line is no row
                out.writerow(answer(cell(row, query), cell(row, region)))


def cell(row: list[str], column: int | None) -> str:
    return row[column] if column is not None and column < len(row) else ""


def answer(query: str, region: str) -> tuple[object, ...]:
    """A row of the output. Degrees have five decimals: a metre."""
    found = read(query, region=region or None) if query.strip() else None
    ambiguous = "true" if found and found.ambiguous else "false"
    if found is None or found.unit is None or found.unit.point is None:
        return "", "", "", "", ambiguous
    longitude, latitude = found.unit.point
    return found.unit.kato, f"{latitude:.5f}", f"{longitude:.5f}", found.unit.level, ambiguous
