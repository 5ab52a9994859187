"""Exactly once: late commits, killed rolls, concurrent writers, restored dumps."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from collection.kernel.db import execute, rows, transaction
from collection.stats import operations, queries
from collection.stats.models import Rollup, Watermark
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


def declared(scene: cast.Scene) -> int:
    return queries.figures(programme=scene.code).total.declared.grams


def raw(scene: cast.Scene) -> int:
    return int(rows("SELECT coalesce(sum(grams), 0)::bigint AS grams FROM pickups_declared WHERE programme_id = %s",
                    [scene.programme.id])[0]["grams"])


def rolled(scene: cast.Scene) -> int:
    return sum(Rollup.objects.filter(grain="total", measure="declared", programme=scene.programme.id)
               .values_list("grams", flat=True))


@pytest.fixture
def roll(at: datetime) -> Callable[[], operations.Rolled]:
    def roll() -> operations.Rolled:
        with transaction():
            return operations.roll(at=at)

    return roll


def test_figures_are_current_before_and_after_rolling(scene: cast.Scene, declare: Any, roll_all: Any) -> None:
    before = declared(scene)
    declare(1_000)
    assert declared(scene) == before + 1_000 == raw(scene)
    roll_all()
    assert rolled(scene) == declared(scene) == before + 1_000
    declare(7)
    assert (rolled(scene), declared(scene)) == (before + 1_000, before + 1_007)
    roll_all()
    roll_all()
    assert rolled(scene) == declared(scene) == before + 1_007


def test_a_transaction_open_while_we_roll_is_not_lost(
    scene: cast.Scene, declare: Any, roll: Any, roll_all: Any, another_connection: Any) -> None:
    roll_all()
    before = raw(scene)
    late = another_connection()
    late.set_autocommit(False)
    with late.cursor() as cursor:  # has its number before the others, and commits after they were rolled
        cursor.execute("INSERT INTO pickups_declared (pickup_id, programme_id, category_id, region_id, contract_kind, "
                       "occurred_on, grams, tiyn, n, recorded_at) SELECT pickup_id, programme_id, category_id, region_id, "
                       "'', occurred_on, 5, 0, 1, now() FROM pickups_declared LIMIT 1")
    declare(1_000)
    roll()
    assert rolled(scene) == before  # the horizon stands below the open transaction
    assert declared(scene) == before + 1_000
    late.commit()
    assert declared(scene) == before + 1_005
    roll_all()
    assert rolled(scene) == declared(scene) == before + 1_005
    assert operations.check() == []


def test_a_roll_killed_in_the_middle_leaves_nothing(
    scene: cast.Scene, declare: Any, roll: Any, roll_all: Any, another_connection: Any, at: datetime) -> None:
    roll_all()
    declare(1_000)
    before, marks = rolled(scene), list(Watermark.objects.order_by("source").values_list("source", "xid"))
    killer = another_connection()
    with pytest.raises(Exception, match=r"terminating connection|server closed|closed the connection"), transaction():
        operations.roll(at=at)
        pid = connection.connection.info.backend_pid
        with killer.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        execute("SELECT 1")
    connection.close()
    assert rolled(scene) == before
    assert list(Watermark.objects.order_by("source").values_list("source", "xid")) == marks
    assert declared(scene) == raw(scene)
    roll_all()
    assert rolled(scene) == raw(scene) == before + 1_000


def test_writers_rollers_and_readers_at_once(
    scene: cast.Scene, declare: Any, roll_all: Any, another_connection: Any) -> None:
    """Four writers commit late and out of order, two roll, and every answer is some true sum on the way to the last."""
    stop, failures, seen = threading.Event(), [], []
    base = raw(scene)

    def guarded(work: Callable[[Any], None]) -> Callable[[], None]:
        def run() -> None:
            mine = another_connection()
            try:
                work(mine)
            except Exception as error:
                failures.append(error)
            finally:
                mine.close()
        return run

    def write(seed: int) -> Callable[[Any], None]:
        def work(mine: Any) -> None:
            chance = random.Random(seed)
            mine.set_autocommit(False)
            for _ in range(25):
                with mine.cursor() as cursor:
                    cursor.execute(
                        "INSERT INTO pickups_declared (pickup_id, programme_id, category_id, region_id, contract_kind, "
                        "occurred_on, grams, tiyn, n, recorded_at) SELECT pickup_id, programme_id, category_id, region_id, "
                        "'', '2026-01-01'::date + %s, %s, 0, 1, now() FROM pickups_declared LIMIT 1",
                        [chance.randrange(200), chance.randrange(1, 10**9)])
                stop.wait(chance.random() * 0.02)
                (mine.rollback if chance.random() < 0.2 else mine.commit)()
        return work

    def roll_on(mine: Any) -> None:
        from django.db import connections
        connections["default"] = mine  # this thread's
        while not stop.is_set():
            with transaction():
                operations.roll(at=scene.at)
            seen.append((declared(scene), Rollup.objects.count()))

    writers = [threading.Thread(target=guarded(write(seed))) for seed in range(4)]
    rollers = [threading.Thread(target=guarded(roll_on)) for _ in range(2)]
    for thread in (*writers, *rollers):
        thread.start()
    for thread in writers:
        thread.join(20)
    stop.set()
    for thread in rollers:
        thread.join(20)
    assert not failures
    assert len(seen) > 4 and all(base <= grams <= raw(scene) for grams, _ in seen)
    assert declared(scene) == raw(scene) > base
    roll_all()
    assert rolled(scene) == raw(scene)
    assert operations.check() == []


def test_a_reader_between_two_rolls_repeats_itself(
    scene: cast.Scene, declare: Any, roll_all: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watermarks are read before the figures; when a roll comes between, the figures are read again."""
    declare(1_000)
    original, calls = queries._rolled_and_tail, []

    def interrupted(grain: str, marks: dict[str, str]) -> list[str]:
        calls.append(marks)
        if len(calls) == 1:
            roll_all()
        return original(grain, marks)

    monkeypatch.setattr(queries, "_rolled_and_tail", interrupted)
    assert declared(scene) == raw(scene)
    assert len(calls) == 2 and calls[0] != calls[1]


def test_only_one_rolls_at_a_time(scene: cast.Scene, declare: Any, roll: Any, another_connection: Any) -> None:
    other = another_connection()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [operations._LOCK])
    assert roll() == operations.Rolled(busy=True)
    other.rollback()
    assert not roll().busy


def test_a_restored_dump_counts_transactions_anew(scene: cast.Scene, declare: Any, roll: Any, roll_all: Any) -> None:
    """After a dump and restore the watermark may stand above every transaction to come: rolling notices and rebuilds."""
    declare(1_000)
    roll_all()
    execute("UPDATE stats_watermark SET xid = '9000000000000000000'::xid8")
    declare(5)
    roll()
    assert declared(scene) == raw(scene)
    roll_all()
    assert rolled(scene) == raw(scene)
    assert operations.check() == []


def test_check_finds_and_rebuild_heals(scene: cast.Scene, declare: Any, roll_all: Any, capsys: Any) -> None:
    declare(1_000, on=date(2026, 4, 1), category="paper")
    roll_all()
    Rollup.objects.filter(grain="category", category="paper").update(grams=999)
    Rollup.objects.filter(grain="region").delete()
    found = operations.check()
    assert [(one.stored[0], one.computed[0]) for one in found if one.grain == "category"] == [(999, 1_000)]
    assert {one.grain for one in found} == {"category", "region"}
    with pytest.raises(CommandError, match=f"{len(found)} sums differ"):
        call_command("rebuild_rollups", "--check")
    call_command("rebuild_rollups")
    assert "No differences." in capsys.readouterr().out
    assert operations.check() == []
    assert declared(scene) == raw(scene)


def test_the_running_house_may_roll_and_rebuild(
    scene: cast.Scene, declare: Any, as_house_app: None, roll: Any, at: datetime) -> None:
    with transaction():
        operations.rebuild(at=at)
    roll()
    assert operations.check() == []


def test_beats_task_rolls(scene: cast.Scene, declare: Any) -> None:
    from collection.stats import tasks

    declare(1_000)
    tasks.roll()
    assert Watermark.objects.count() == 3 and declared(scene) == raw(scene)
