"""The fraud set is the same for the same seed, and nothing below can tell what was planted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from collection.demo.fraud.plan import make_plan
from collection.demo.fraud.schemes import SCHEMES, plant
from tests.architecture.tools import sources

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def planned(seed: int):
    plan = make_plan(seed=seed, per_kind=5)
    plant(plan, 5)
    return plan


def test_the_same_seed_plans_the_same_trips():
    assert repr(planned(3)) == repr(planned(3)) != repr(planned(4))


def test_every_scheme_is_planted_among_many_honest_trips():
    kinds = Counter(one.kind for one in planned(3).trips)
    assert kinds.pop("") > 400 and kinds == dict.fromkeys(SCHEMES, 5)


def test_nobody_outside_the_demo_reads_the_labels():
    readers = {path for path, text in sources(ROOT).items() if "demo_planted" in text or "Planted" in text}
    assert {path for path in readers if not path.startswith("collection/demo/")} == set()
