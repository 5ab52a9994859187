"""What other coefficients would have cost: to the tiyn, and without a trace."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from collection.kernel.db import rows
from tests.cast import AT
from tests.collection.custody.haul import TONNE

pytestmark = pytest.mark.django_db


def everything() -> dict[str, str]:
    """A fingerprint of every row of every table."""
    return {table: rows(f'SELECT md5(coalesce(string_agg(one::text, chr(10) ORDER BY one::text), \'\')) AS print '
                        f'FROM "{table}" one')[0]["print"]
            for table in connection.introspection.table_names() if not table.startswith("geo_")}


def ask(desk, scene, *coefficients, **more):
    return desk.manager.post("tariffs/simulate", {
        "programme": scene.code, "coefficients": [
            {"category": category, "stage": stage, "coefficient": value} for category, stage, value in coefficients],
    } | more)


def test_the_difference_by_contract_and_in_all_and_nothing_changed(desk, scene, haul, office):
    # 1,000,001 g: each line is rounded by itself
    haul.recycled(AT, [TONNE, 1_000_001])
    haul.received(AT, [TONNE], category="paper")
    haul.recycled(datetime(2026, 4, 1, 6, tzinfo=UTC), [TONNE])  # another month
    office.accrue(AT)
    before = everything()
    answer = ask(desk, scene, ("polymer", "collection", "10.05"), ("polymer", "transport", None),
                 ("polymer", "recycling", "1.79"), ("paper", "whole", "3"), month="2026-03")
    assert answer.status_code == 200, answer.content
    assert everything() == before
    told = answer.json()
    assert (told["month"], told["facts"]) == ("2026-03", 5)
    by_number = {one["number"]: one for one in told["contracts"]}
    collector, recycler = by_number[haul.collector.number], by_number[haul.recycler.number]
    # 9.05 x 432,500 x 1.000001 = 3,914,128.914 -> ...129; 7.41: 3,204,828.20 -> ...828; paper 5.82 and 4.23
    current = 2 * 3_914_125 + 4 + 2 * 3_204_825 + 3 + (5_82 + 4_23) * 4325
    # 10.05 x 432,500 = 4,346,625, and ...629.35 for one gram more; no transport; paper's unsplit rate waits for a batch
    supposed = 2 * 4_346_625 + 4 + (5_82 + 4_23) * 4325
    assert (collector["current_tiyn"], collector["supposed_tiyn"]) == (current, supposed)
    assert collector["difference_tiyn"] == supposed - current
    assert recycler["difference_tiyn"] == 0 and recycler["current_tiyn"] == 2 * 1_79 * 4325 + 1
    assert told["difference_tiyn"] == supposed - current
    assert told["current_tiyn"] == current + recycler["current_tiyn"]


def test_the_lines_of_the_month_are_what_it_says_the_month_is_worth(desk, scene, haul, office):
    haul.recycled(AT, [3_333_333, 1_234_567, 777])
    office.accrue(AT)
    told = ask(desk, scene, ("glass", "whole", "1"), month="2026-03").json()
    lines = rows("SELECT sum(amount_tiyn)::bigint AS sum FROM payouts_accrualline")[0]["sum"]
    assert told["current_tiyn"] == told["supposed_tiyn"] == lines


def test_without_a_month_it_is_the_last_one(desk, scene):
    told = ask(desk, scene, ("glass", "collection", "1"))
    assert told.status_code == 200 and told.json()["facts"] == 0 and told.json()["contracts"] == []


def test_what_cannot_be_supposed(desk, scene):
    answer = ask(desk, scene, ("gold", "collection", "1"), ("glass", "collection", "0"), ("glass", "collection", "2"))
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("/coefficients/0/category", "unknown_category"), ("/coefficients/1/coefficient", "out_of_range"),
        ("/coefficients/2", "duplicate")]
    assert ask(desk, scene, ("glass", "collection", 7.5)).status_code == 400
    assert desk.collector.post("tariffs/simulate", {}).status_code == 403
