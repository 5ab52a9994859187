"""`manage.py locate FILE.csv`: the region and district of every point of a CSV file, as CSV on standard output."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geo.regions import CHUNK, locate_many

HEADER = ("kato_region", "kato_district", "precision")
NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
NOWHERE = (math.nan, math.nan)


class Command(BaseCommand):
    help = (
        "Read a CSV file with the columns lat and lon (others are passed over) and write kato_region, kato_district "
        "and precision for each of its rows, in the same order; empty where the point is outside or cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # A byte that is not UTF-8 in some other column is no reason to refuse the points.
            with open(options["file"], encoding="utf-8-sig", errors="replace", newline="") as file:
                self.locate(file)
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}", returncode=2) from error
        except csv.Error as error:
            raise CommandError(f"{options['file']} is not a CSV file: {error}", returncode=2) from error

    def locate(self, file: TextIO) -> None:
        rows = csv.reader(file)
        header = [name.strip().lower() for name in next(rows, [])]
        missing = [name for name in ("lat", "lon") if name not in header]
        if missing:
            raise CommandError(f"{file.name} has no column {' and no column '.join(missing)}.", returncode=2)
        points = read_points(rows, latitude=header.index("lat"), longitude=header.index("lon"))
        out = csv.writer(self.stdout, lineterminator="\n")
        out.writerow(HEADER)
        while chunk := list(islice(points, CHUNK)):
            out.writerows(
                (found.region_kato, found.district_kato or "", found.precision) if found else ("", "", "")
                for found in locate_many(chunk)
            )


def read_points(rows: Iterator[list[str]], *, latitude: int, longitude: int) -> Iterator[tuple[float, float]]:
    """One (longitude, latitude) for each row; a blank line is no row, an unreadable number is nowhere."""
    for row in rows:
        if not row:
            continue
        try:
            texts = row[longitude], row[latitude]
        except IndexError:
            yield NOWHERE
            continue
        if all(NUMBER.fullmatch(text) for text in texts):
            yield float(texts[0]), float(texts[1])
        else:
            yield NOWHERE
