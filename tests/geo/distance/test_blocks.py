"""How a matrix is cut into questions: an engine of plain numbers that is as choosy as real ones are, and counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings as wishes, strategies as some

from geo.distance.base import EngineDown, EngineRefused
from geo.distance.blocks import Blocks


class Choosy:
    """From place x to place y it is x + y metres. It has no roads at `lost`, none between islands, and a limit it hides."""

    name, reach_m = "choosy", float("inf")

    def __init__(self, *, block=50, limit=50, lost=(), island=()):
        self.block, self.limit, self.lost, self.island, self.asked = block, limit, set(lost), set(island), []

    def table(self, origins, destinations):
        here, there = origins[:, 0], destinations[:, 0]
        self.asked.append((len(here), len(there)))
        assert max(len(here), len(there)) <= self.block
        places = {*here.tolist(), *there.tolist()}
        if max(len(here), len(there)) > self.limit or self.lost & places or (self.island & places and places - self.island):
            raise EngineRefused
        metres = np.add.outer(here, there)
        return metres, metres / 10


def asked(engine, n, m, *, far=None, known=None, in_time=lambda: True):
    """The metres of n origins 1, 2, ... to m destinations -1, -2, ..., and how often each cell was kept."""
    here, there = (np.column_stack((sign * (np.arange(k) + 1.0), np.zeros(k))) for sign, k in ((1, n), (-1, m)))
    metres = np.full((n, m), np.inf) if known is None else known
    kept = np.zeros((n, m), int)

    def keep(rows, columns):
        kept[np.ix_(rows, columns)] += 1

    far = np.zeros((n, m), bool) if far is None else far
    metres[far] = np.nan
    Blocks(engine, here, there, far, metres, metres.copy(), keep=keep, in_time=in_time).fill()
    return metres, kept


def way(n, m):
    return np.subtract.outer(np.arange(n) + 1.0, np.arange(m) + 1.0)


@pytest.mark.parametrize(("n", "m", "questions"), [(0, 0, 0), (0, 5, 0), (1, 1, 1), (50, 50, 1), (51, 50, 2), (120, 120, 9)])
def test_as_few_questions_as_the_limit_allows(n, m, questions):
    engine = Choosy()
    metres, kept = asked(engine, n, m)
    assert len(engine.asked) == questions and (metres == way(n, m)).all() and (kept == 1).all()


def test_what_is_known_is_not_asked():
    known = way(120, 120)
    known[70:90, 3] = np.inf
    engine = Choosy()
    assert (asked(engine, 120, 120, known=known)[0] == way(120, 120)).all() and engine.asked == [(20, 1)]


def test_a_lost_place_costs_its_own_line_only():
    engine = Choosy(lost=[7.0, -100.0])
    metres, kept = asked(engine, 120, 120)
    expected = way(120, 120)
    expected[6], expected[:, 99] = np.nan, np.nan
    np.testing.assert_array_equal(metres, expected)
    assert kept.all() and len(engine.asked) < 9 + 2 * 100 + 4


def test_a_server_with_a_smaller_limit_is_found_out():
    engine = Choosy(limit=20)
    metres, _ = asked(engine, 60, 60)
    assert (metres == way(60, 60)).all()


def test_a_town_without_roads_does_not_stop_the_other():
    engine = Choosy(block=1, lost=[1.0, -1.0])
    assert asked(engine, 2, 2)[0][1, 1] == 0  # the last of the four questions


def test_far_pairs_are_never_asked_together():
    far = np.zeros((40, 40), bool)
    far[:20, 20:] = far[20:, :20] = True  # two towns
    engine = Choosy()
    metres, _ = asked(engine, 40, 40, far=far)
    assert (np.isnan(metres) == far).all() and (metres[~far] == way(40, 40)[~far]).all()
    assert engine.asked == [(20, 20), (20, 20)]


def test_an_island_has_roads_but_none_to_the_land():
    engine = Choosy(island=[1.0, -1.0])
    metres, _ = asked(engine, 3, 3)
    apart = np.array([[False, True, True], [True, False, False], [True, False, False]])
    assert (np.isnan(metres) == apart).all() and (metres[~apart] == way(3, 3)[~apart]).all()


def test_who_answers_for_no_place_at_all_refuses():
    engine = Choosy(limit=0)
    with pytest.raises(EngineRefused):
        asked(engine, 4, 4)
    assert len(engine.asked) == 1 + 8


def test_an_end_to_asking():
    engine = Choosy()
    with pytest.raises(EngineDown):
        asked(engine, 120, 120, in_time=lambda: len(engine.asked) < 4)
    assert len(engine.asked) == 4


@given(some.integers(0, 12), some.integers(0, 12), some.integers(1, 6), some.integers(1, 6), some.sets(some.integers(-12, 12)),
       some.sets(some.tuples(some.integers(0, 11), some.integers(0, 11))))
@wishes(max_examples=300, deadline=None)
def test_every_cell_is_the_engine_s_or_nowhere(n, m, block, limit, lost, apart):
    """Any places lost, any pairs too far, any limits: nothing stays open, and nothing that can be had is given up."""
    far = np.zeros((n, m), bool)
    for i, j in apart:
        far[min(i, n):i + 1, min(j, m):j + 1] = True
    expected = way(n, m)
    expected[[i for i in range(n) if i + 1 in lost]] = np.nan
    expected[:, [j for j in range(m) if -j - 1 in lost]] = np.nan
    expected[far] = np.nan
    try:
        metres, _ = asked(Choosy(block=block, limit=limit, lost=map(float, lost)), n, m, far=far)
    except EngineRefused:
        assert np.isnan(expected).all()
    else:
        np.testing.assert_array_equal(metres, expected)
