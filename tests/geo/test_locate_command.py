"""`manage.py locate FILE.csv`."""

from __future__ import annotations

import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

HEADER = "kato_region,kato_district,precision"
ALMATY = "750000000,751110000,district"


def run(path) -> list[str]:
    out = StringIO()
    call_command("locate", str(path), stdout=out)
    assert out.getvalue().endswith("\n")
    return out.getvalue().splitlines()


def test_a_messy_file(tmp_path):
    path = tmp_path / "points.csv"
    path.write_bytes(
        "\ufeffname, LON ,note,lat\r\n"
        "Алматы,76.9115,\"two\nlines, and a \"\"quote\"\"\",43.2525\r\n"
        "no number,east,,43.2525\r\n"
        "empty,,,\r\n"
        "short row\r\n"
        "\r\n"
        "NaN,nan,,inf\r\n"
        "Python's own,7_6.9,,43.25\r\n"
        "sea,51.13,,43.65\r\n"
        "spaces and plus, +76.9115 ,, 4.32525e1 ,surplus,columns\r\n"
        "Sauran,67.92301,,43.43647\r\n"
        "Urumqi,87.6,,43.8\r\n"
        "off the map,1e999,,43".encode()
    )
    assert run(path) == [
        HEADER, ALMATY, ",,", ",,", ",,", ",,", ",,", "470000000,471000000,approximate", ALMATY,
        "610000000,,region", ",,", ",,",
    ]


def test_bytes_that_are_not_utf8_do_not_lose_the_points(tmp_path):
    path = tmp_path / "points.csv"
    path.write_bytes("name,lat,lon\nАлматы,43.2525,76.9115\n".encode("cp1251"))
    assert run(path) == [HEADER, ALMATY]


def test_no_rows(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("lat,lon\n")
    assert run(path) == [HEADER]


def test_more_rows_than_one_chunk(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("lat,lon\n" + "43.2525,76.9115\n0,0\n" * 6000)
    assert run(path) == [HEADER, *[ALMATY, ",,"] * 6000]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no column lat and no column lon"),
        ("lat,longitude\n1,2\n", "no column lon"),
        ("lat;lon\n1;2\n", "no column lat and no column lon"),
        ("lon\n1\n", "no column lat"),
        (None, "No such file"),
    ],
)
def test_refusals_end_with_two(tmp_path, content, words):
    path = tmp_path / "points.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match=words) as refused:
        run(path)
    assert refused.value.returncode == 2


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(CommandError) as refused:
        run(tmp_path)
    assert refused.value.returncode == 2
    assert os.fspath(tmp_path) in str(refused.value)
