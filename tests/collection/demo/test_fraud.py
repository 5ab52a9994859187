"""The fraud set is the same for the same seed, and nothing below can tell what was planted."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from pathlib import Path

import orjson
import pytest
from django.core.management import CommandError, call_command

from collection.demo.fraud.plan import make_plan
from collection.demo.fraud.schemes import SCHEMES, plant
from collection.kernel.db import rows
from collection.watch.queries import check_invariants
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


@pytest.mark.django_db(transaction=True)
def test_planted_cases_are_found_and_the_honest_let_through(reference):
    """The whole set once, small: planted through the real verbs, found by the real rules, told on the last line as JSON."""
    out = StringIO()
    call_command("seed_fraud", seed=11, per_kind=2, stdout=out)
    assert out.getvalue().startswith("fraud-11: ")
    with pytest.raises(CommandError, match="stands already"):
        call_command("seed_fraud", seed=11, per_kind=2)
    out = StringIO()
    call_command("fraud_report", seed=11, json=True, stdout=out)
    told = orjson.loads(out.getvalue().splitlines()[-1])
    kinds = {row["kind"]: row["n"] for row in rows("SELECT kind, count(*) AS n FROM demo_planted GROUP BY kind")}
    assert {kind: of["planted"] for kind, of in told["kinds"].items()} == kinds and len(kinds) >= 9
    certain = {kind: of for kind, of in told["kinds"].items() if kind != "phantom"}  # a phantom may weigh what a lorry does
    assert all(of["found"] == of["planted"] for of in certain.values()), told
    assert told["recall"] >= 0.9 and told["false_hold_rate"] < 0.01, told
    wrong = {verdict.id: verdict.broken for verdict in check_invariants() if not verdict.holds}
    assert wrong.keys() <= {"I9"}, wrong  # nobody carries messages here
