"""Every way of asking gives the same sums, to the gram and the tiyn, and the same as the rows themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound
from collection.stats import operations, queries
from collection.stats.measures import MEASURES, Figures
from collection.stats.rollup import SOURCES, deltas
from tests import cast
from tests.collection.stats import filled as committed


def raw(code: str, where: str = "true") -> Figures:
    """The same sums from the rows alone."""
    union = " UNION ALL ".join(deltas(source, "true") for source in SOURCES)
    found = {row["measure"]: row for row in rows(f"""
        SELECT measure, sum(grams)::bigint AS grams, sum(tiyn)::bigint AS tiyn, sum(n)::bigint AS n FROM ({union}) AS delta
        WHERE programme_id = (SELECT id FROM contracts_programme WHERE code = %s) AND {where} GROUP BY 1""", [code])}
    return Figures(
        **{measure: queries.TONNAGES[measure](found[measure]["grams"], found[measure]["n"])
           for measure in MEASURES if measure in found},
        paid_tiyn=found["paid"]["tiyn"] if "paid" in found else 0)


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Any:
    yield from committed.filled(django_db_blocker)


@pytest.mark.django_db
class TestSums:
    def test_the_roll_up_and_the_tail_are_the_rows(self, filled: str) -> None:
        total = queries.figures(programme=filled).total
        assert total == raw(filled)
        assert (total.declared.n, total.collected.n, total.paid.n) == (400, 3_000, 600)
        assert total.collected.grams > total.received.grams == total.recycled.grams > total.paid.grams > 0

    @pytest.mark.parametrize("group_by", list(queries.GROUPS))
    def test_every_grouping_sums_to_the_total(self, filled: str, group_by: str) -> None:
        answer = queries.figures(programme=filled, group_by=group_by)
        assert answer.total == queries.figures(programme=filled).total
        assert sum((item.figures for item in answer.items), Figures()) == answer.total
        assert len(answer.items) == {"month": 20, "region": 18, "category": 9, "contract_kind": 4}.get(
            group_by, len(answer.items))
        for item in answer.items[::7]:
            column = {"month": "to_char(month, 'YYYY-MM')", "contract_kind": "nullif(contract_kind, '')"}.get(
                group_by, f"{group_by}_id::text")
            key = "IS NULL" if item.key is None else f"= '{item.key}'"
            assert item.figures == raw(filled, f"{column} {key}")

    @pytest.mark.parametrize("filters", [
        {"category": "glass"}, {"region": "750000000"}, {"contract_kind": "full_cycle"},
        {"category": "glass", "region": "750000000"}, {"category": "oils", "contract_kind": "recycling"}])
    def test_filters(self, filled: str, filters: dict[str, str]) -> None:
        column = {"category": "category_id", "region": "region_id", "contract_kind": "contract_kind"}
        where = " AND ".join(f"{column[name]} = '{value}'" for name, value in filters.items())
        for group_by in (None, "month", "contract", "district"):
            assert queries.figures(programme=filled, group_by=group_by, **filters).total == raw(filled, where)

    def test_periods(self, filled: str) -> None:
        for since, until in ((date(2024, 3, 1), date(2025, 2, 1)), (None, date(2024, 12, 1)), (date(2025, 1, 1), None),
                             (date(2024, 2, 1), date(2024, 2, 1)), (date(2031, 1, 1), None)):
            where = f"month BETWEEN '{since or date(2000, 1, 1)}' AND '{until or date(2100, 1, 1)}'"
            for group_by in (None, "month", "region"):
                answer = queries.figures(programme=filled, group_by=group_by, since=since, until=until)
                assert answer.total == raw(filled, where)

    def test_counts(self, filled: str) -> None:
        counts = queries.figures(programme=filled, counts=True).counts
        assert counts == queries.Counts(0, {"collection": 46, "recycling": 18, "full_cycle": 10})
        early = queries.figures(programme=filled, counts=True, until=date(2023, 12, 1)).counts
        assert early == queries.Counts(0, {"collection": 0, "recycling": 0, "full_cycle": 0})

    def test_a_contractor_sees_the_rows_of_its_own_contracts(self, filled: str) -> None:
        own = rows("SELECT id, organisation_id FROM contracts_contract WHERE kind = 'recycling' ORDER BY id LIMIT 1")[0]
        actor = Actor(None, own["organisation_id"], "recycler_admin")
        for group_by in (None, "month", "contract", "district"):
            seen = queries.figures(programme=filled, group_by=group_by, actor=actor).total
            assert seen == raw(filled, f"contract_id = '{own['id']}'")
            assert seen.received.grams > 0 and seen.declared.grams == seen.collected.grams == 0

    def test_a_generator_sees_what_came_of_its_own_requests(self, filled: str) -> None:
        own = rows("SELECT generator_id, sum(declared_g)::bigint AS grams FROM pickups_pickup GROUP BY 1 ORDER BY 1 LIMIT 1")[0]
        actor = Actor(None, own["generator_id"], "generator")
        for group_by in (None, "month", "region"):
            seen = queries.figures(programme=filled, group_by=group_by, actor=actor).total
            assert seen.declared.grams == own["grams"] and seen.collected.grams == seen.paid_tiyn == 0

    def test_a_stranger_sees_nothing(self, filled: str) -> None:
        for role in ("generator_admin", "collector_admin", "driver", "recycler"):
            stranger = Actor(None, cast.uuid7(cast.AT), role)
            assert queries.figures(programme=filled, group_by="month", actor=stranger).total == Figures()

    def test_the_filler_leaves_no_difference(self, filled: str) -> None:
        assert operations.check() == []

    def test_two_statements(self, filled: str, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(2):
            queries.figures(programme=filled, group_by="month", counts=True)


@pytest.mark.django_db
def test_nothing_yet(scene: cast.Scene) -> None:
    answer = queries.figures(programme=scene.code, group_by="region", counts=True)
    assert answer.total == Figures() and answer.items == () and answer.counts and answer.counts.generators == 2


@pytest.mark.django_db
def test_unknown_names(scene: cast.Scene) -> None:
    with pytest.raises(NotFound):
        queries.figures(programme="no-such")
    with pytest.raises(queries.UnknownFilter) as refused:
        queries.figures(programme=scene.code, region="000000000", category="gold", contract_kind="barter")
    assert [defect.pointer for defect in refused.value.defects] == ["/region", "/category", "/contract_kind"]


@pytest.mark.django_db
@pytest.mark.parametrize(("instant", "month"), [
    ("2025-08-31T18:30:00+00:00", "2025-08"),  # 23:30 in Almaty, UTC+5
    ("2025-08-31T19:00:00+00:00", "2025-09"),
    ("2024-02-29T17:30:00+00:00", "2024-02"),  # 23:30 the first time, still UTC+6
    ("2024-02-29T18:30:00+00:00", "2024-02"),  # 23:30 the second time
    ("2024-02-29T19:00:00+00:00", "2024-03"),
    ("2023-12-31T18:00:00+00:00", "2024-01"),  # midnight of the new year, UTC+6
])
def test_months_end_in_almaty(scene: cast.Scene, declare: Any, instant: str, month: str) -> None:
    declare(123, on=almaty_date(datetime.fromisoformat(instant).astimezone(UTC)), category="glass")
    answer = queries.figures(programme=scene.code, group_by="month", category="glass")
    assert [(item.key, item.figures.declared.grams) for item in answer.items] == [(month, 123)]


@pytest.mark.django_db
def test_an_enrolment_counts_in_its_almaty_month(scene: cast.Scene) -> None:
    """The scene's two generators enrolled at 04:00 UTC on 2 March 2026."""
    for until, enrolled in ((date(2026, 2, 1), 0), (date(2026, 3, 1), 2), (None, 2)):
        counts = queries.figures(programme=scene.code, until=until, counts=True).counts
        assert counts and counts.generators == enrolled


@pytest.mark.django_db
def test_corrections_are_negative_rows(scene: cast.Scene, declare: Any) -> None:
    declare(5_000, category="glass")
    declare(-800, category="glass")
    assert queries.figures(programme=scene.code, category="glass").total.declared.grams == 4_200
