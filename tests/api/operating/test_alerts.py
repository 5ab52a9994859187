"""Alerts, dashboard and runbook speak of metrics and paragraphs that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from api.http.metrics import REQUESTS, SECONDS, gauges
from collection.watch.queries import STUCK_DAYS, Money, Pulse, Queue

OPERATING = Path("docs/operating")
NAME = re.compile(r"\bhouse_[a-z_]+")
PULSE = Pulse({"push": Queue()}, {"open": 1}, {"job": 0}, {"queued": Money()}, {"some_rule": Money()}, 1, 100, 0, 0.0, 1.0)
KNOWN = {family.name for family in gauges(PULSE)} | {"house_up"} | {
    f"{family._name}_{end}" for family, ends in ((REQUESTS, ("total",)), (SECONDS, ("bucket", "sum", "count"))) for end in ends}


def rules():
    return [rule for group in yaml.safe_load((OPERATING / "alerts.yml").read_text())["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_what_there_is_and_has_its_paragraph(rule):
    asked = set(NAME.findall(rule["expr"]))
    assert asked and asked <= KNOWN, asked - KNOWN
    assert rule["annotations"]["runbook"] == f"docs/operating/runbook.md#{rule['alert'].lower()}"
    assert f"\n## {rule['alert']}\n" in (OPERATING / "runbook.md").read_text()
    assert rule["labels"]["severity"] in ("page", "ticket") and rule["for"]


def test_every_paragraph_has_its_alert():
    headings = re.findall(r"^## (\w+)$", (OPERATING / "runbook.md").read_text(), re.MULTILINE)
    assert headings == [rule["alert"] for rule in rules()]


def test_the_runbook_knows_every_step_money_sticks_at():
    text = (OPERATING / "runbook.md").read_text()
    assert all(f"`{step}`" in text for step in STUCK_DAYS)


def test_the_dashboard_asks_what_there_is():
    panels = json.loads((OPERATING / "grafana.json").read_text())["panels"]
    asked = {name for panel in panels for target in panel["targets"] for name in NAME.findall(target["expr"])}
    assert len(panels) == 12 and asked <= KNOWN, asked - KNOWN
