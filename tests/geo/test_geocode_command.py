"""`manage.py geocode FILE.csv`."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
HEADER = "kato,lat,lon,precision,ambiguous"


@pytest.fixture
def geocode(tmp_path):
    def geocode(content: bytes) -> list[str]:
        file = tmp_path / "texts.csv"
        file.write_bytes(content)
        out = io.StringIO()
        call_command("geocode", str(file), stdout=out)
        return out.getvalue().splitlines()

    return geocode


def test_a_row_for_each_row_in_the_same_order(geocode):
    assert geocode("""id,query,region
1,"г. Алматы, ул. Абая 10",
2,Жамбыл,
3,"Туркестанская область, Сайрамский район, с. Новое",
4,xyzzy,
5,Жамбыл,Павлодарская область
6,,
""".encode()) == [
        HEADER, "750000000,43.25249,76.91150,settlement,false", ",,,,true", "615200000,42.44870,69.83254,district,false",
        ",,,,false", geocode("query\nПавлодар облысы Жамбыл ауылы\n".encode())[1], ",,,,false"]


def test_files_as_people_have_them(geocode):
    assert geocode("\ufeffregion;x,QUERY \n,Семей\n\n,\"Семей Г.А.,\nдом 5\"\nshort\n".encode()) == [
        HEADER, "101010000,50.42064,80.25025,settlement,false", "101000000,50.40349,80.25553,district,false", ",,,,false"]
    assert geocode(b"query\n") == [HEADER]
    assert geocode(b"query\n" + "Семей".encode("cp1251") + b"\n") == [HEADER, ",,,,false"]


def test_what_cannot_be_read(geocode, tmp_path):
    for content in (b"", b"name,region\nx,y\n"):
        with pytest.raises(CommandError, match="no column query"):
            geocode(content)
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("geocode", str(tmp_path / "none.csv"))
