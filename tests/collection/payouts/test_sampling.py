from __future__ import annotations

from datetime import date
from uuid import UUID

from collection.payouts.queries.sampling import inspection_sample
from collection.payouts.rules.sampling import MARKED_SHARE, SHARE, drawn
from tests import cast

MAY = date(2026, 5, 1)
LOADS = [UUID(int=n) for n in range(20_000)]


def test_the_same_lot_falls_on_the_same_loads_and_another_seed_on_others():
    may = {pk for pk in LOADS if drawn("s", MAY, pk)}
    assert may == {pk for pk in reversed(LOADS) if drawn("s", MAY, pk)}
    assert may != {pk for pk in LOADS if drawn("t", MAY, pk)} and may != {pk for pk in LOADS if drawn("s", date(2026, 6, 1), pk)}
    assert abs(len(may) - 2 * SHARE) < 5 * (2 * SHARE) ** 0.5
    marked = {pk for pk in LOADS if drawn("s", MAY, pk, ("late_upload",))}
    assert may < marked and abs(len(marked) - 2 * MARKED_SHARE) < 5 * (2 * MARKED_SHARE) ** 0.5


def test_of_a_programmes_month(whole, office):
    loads = whole.received(cast.AT, [cast.TONNE] * 20)
    office.accrue(cast.AT)
    programme, month = office.scene.programme.id, date(2026, 3, 1)
    found = inspection_sample(programme, month, seed="s")
    assert [one.consignment_id for one in found] == [pk for pk in loads if drawn("s", month, pk, ("new_company",))]
    assert {one.flags for one in found} <= {("new_company",)}
    assert inspection_sample(programme, month, seed="s") == found
    assert inspection_sample(programme, date(2026, 4, 1), seed="s") == []
