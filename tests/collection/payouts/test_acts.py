"""The act: in Kazakh and Russian, with every letter, the same bytes each time it is printed."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from collection.contracts.models import Tariff
from collection.kernel.actor import HOUSE
from collection.kernel.paper import fonts
from collection.kernel.refusals import NotFound
from collection.payouts import queries
from collection.payouts.acts import spaced
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import refused

MARCH = date(2026, 3, 1)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.parametrize("file", ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"])
def test_the_font_has_every_letter(file):
    has = TTFont(fonts() / file).getBestCmap()
    assert [one for one in "әғқңөұүһіӘҒҚҢӨҰҮҺІёЁщ№₸—×«»" if ord(one) not in has] == []


def test_an_act_from_draft_to_filed(haul, office):
    haul.recycled(cast.AT, [TONNE, 2 * TONNE])
    office.accrue(cast.AT)
    draft = office.prepared(haul.collector, cast.AT, MARCH)
    assert "ЖОБА, қол қойылмаған / ПРОЕКТ, не подписан" in text_of(queries.act_pdf(haul.collector.actor, draft.id))
    office.accrue(cast.AT)
    other = office.submitted(haul.recycler, cast.AT, MARCH)
    pdf = queries.act_pdf(HOUSE, other.id)
    assert pdf[:5] == b"%PDF-" and pdf == queries.act_pdf(haul.recycler.actor, other.id)
    said = text_of(pdf)
    for words in (f"Орындалған жұмыстардың № {other.act_number} актісі", f"Акт выполненных работ № {other.act_number}",
                  "Тапсырыс беруші", "Исполнитель", other.einvoice_number, "Қайта өңдеу / Переработка", "3,000",
                  "1,79 × 4 325,00", "23 225,25", "Мәлімдеме / Декларация", "Қазақстан аумағында"):
        assert words in said, words
    assert spaced(f"{other.vat_tiyn // 100}.{other.vat_tiyn % 100:02d}").replace("\u00a0", " ") in said
    with refused(NotFound):
        queries.act_pdf(haul.scene.stranger.actor, other.id)


def test_a_tariff_change_inside_the_month_splits_the_rows(whole, office):
    old = Tariff.objects.get(programme=whole.scene.programme.id, category="polymer", stage="recycling",
                             valid__contains=cast.AT.date())
    change = cast.AT.date() + timedelta(days=10)
    start, old.valid = old.valid.lower, (old.valid.lower, change)
    old.save()
    Tariff.objects.create(id=old.programme_id, programme_id=old.programme_id, category_id="polymer", stage="recycling",
                          coefficient=Decimal("2.5"), valid=(change, None), source="decree")
    assert start < change
    whole.recycled(cast.AT, [TONNE])
    whole.recycled(cast.AT + timedelta(days=12), [TONNE])
    office.accrue(cast.AT + timedelta(days=13))
    claim = office.prepared(whole.collector, cast.AT + timedelta(days=13), MARCH)
    rates = [(str(one.coefficient.normalize()), one.amount_tiyn) for one in queries.act(HOUSE, claim.id).rows
             if one.stage == "recycling"]
    assert rates == [("1.79", 1_79 * 4325), ("2.5", 2_50 * 4325)]


def test_many_rows_go_over_pages_with_their_head():
    from dataclasses import replace

    from collection.kernel.words import Words
    from collection.payouts.acts import ActRow, pdf
    from tests.collection.payouts.papers import ACT
    row = ActRow(Words("Полимер", "Полимер", "Polymer"), "collection", Decimal("9.05"), 432_500, False, 1, TONNE, 9_05 * 4325)
    paper = PdfReader(io.BytesIO(pdf(replace(ACT, rows=(row,) * 60))))
    assert len(paper.pages) > 1 and all("Санат / Категория" in page.extract_text() for page in paper.pages[:2])
