"""The main job, told in sentences, over HTTP against a whole house: web, Celery worker, beat, relay, fake FCM."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from api.local.demo import GENEROUS
from api.local.main_job import MainJob
from api.local.processes import ROOT, Running, running
from collection.demo import live
from collection.demo.people import officer
from collection.demo.replay import open_live
from collection.kernel.db import now, rows, transaction


@pytest.mark.django_db(transaction=True)
def test_everybody_does_their_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_live()
    messages = tmp_path / "messages.jsonl"
    with running(
        {**GENEROUS, "MESSAGE_LOG": str(messages)}, with_fcm=True, logs=tmp_path,
        database=connection.settings_dict["NAME"], redis_db=9,
    ) as house:
        job = MainJob(house, messages)
        done = job.run()
        assert done, f"{job.steps[-1].step}: {job.steps[-1].why}"
        _the_readme_can_be_pasted(house, messages, tmp_path)
    assert [step.step for step in job.steps] == [name for name, _ in job.script()]
    _look_at_the_rows(job.it)
    _the_next_season_begins()


def _the_readme_can_be_pasted(house: Running, messages: Path, folder: Path) -> None:
    """Its curl lines, run as they stand but for the address, and for the programme that is not replayed here."""
    [block] = re.findall(r"```bash\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (folder / ".local").mkdir()
    (folder / ".local/messages.jsonl").symlink_to(messages)
    said = subprocess.run(
        ["bash", "-euc", block.replace("http://127.0.0.1:8000", house.base_url).replace("ecoqolday-replay", "ecoqolday-live")],
        cwd=folder, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "urn:tonnage:problem" not in said, said
    assert rows("SELECT declared_g, category_id FROM pickups_pickup p JOIN registry_site s ON s.id = p.site_id "
                "WHERE s.name = 'Shop' AND s.address = ''") == [{"declared_g": 5_000_000, "category_id": "polymer"}]


def _look_at_the_rows(it: dict[str, Any]) -> None:
    """What the phones were told is what the database holds."""
    assert rows("SELECT state, declared_g FROM pickups_pickup WHERE id = %s", [it["pickup"]]) == [
        {"state": "fulfilled", "declared_g": 5_000_000}]
    facts = rows("SELECT measure, grams FROM custody_fact WHERE consignment_id = %s ORDER BY id", [it["consignment"]])
    assert facts == [
        {"measure": "collected", "grams": 4_620_000}, {"measure": "received", "grams": 4_240_000},
        {"measure": "recycled", "grams": 4_240_000}]
    # Polymer in 2026: MRP 4,325; 9.05 and 7.41 for collection and transport, 1.79 for recycling, on 4.240 t.
    lines = rows("SELECT stage, amount_tiyn FROM payouts_accrualline WHERE consignment_id = %s ORDER BY stage",
                 [it["consignment"]])
    assert lines == [
        {"stage": "collection", "amount_tiyn": 16_595_890}, {"stage": "recycling", "amount_tiyn": 3_282_502},
        {"stage": "transport", "amount_tiyn": 13_588_458}]
    assert rows("SELECT coalesce(sum(amount_tiyn), 0) AS zero FROM payouts_ledgerentry") == [{"zero": 0}]
    paid = rows("SELECT sum(tiyn) AS tiyn, sum(grams) AS grams FROM payouts_paid p JOIN payouts_accrualline l "
                "ON l.id = p.line_id WHERE l.consignment_id = %s", [it["consignment"]])
    assert paid == [{"tiyn": 16_595_890 + 3_282_502 + 13_588_458, "grams": 4_240_000}]
    # Every step left one audit line.
    verbs = {row["verb"]: row["n"] for row in rows(
        "SELECT verb, count(*) AS n FROM audit_auditline WHERE object_id IN (%s, %s) GROUP BY verb",
        [it["pickup"], it["consignment"]])}
    assert verbs.pop("money.accrue") in (1, 2)  # for the receipt and for the batch, or for both at once
    assert verbs == {"pickup.submit": 1, "pickup.offer": 1, "offer.accept": 1, "consignment.load": 1,
                     "consignment.weigh": 1, "consignment.deliver": 1, "consignment.receive": 1}
    # One job, one winner, and nothing waits that should have been done.
    assert rows("SELECT count(*) AS n FROM dispatch_offer WHERE pickup_id = %s AND state = 'accepted'", [it["pickup"]]) == [
        {"n": 1}]
    assert rows("SELECT count(*) AS n FROM notifications_outboxrow WHERE state = 'dead'") == [{"n": 0}]


def _the_next_season_begins() -> None:
    """Their month is claimed, so the next main job has contractors of its own; and they wait until they are needed."""
    for expected in (True, False):
        with transaction():
            assert live.next_season(now(), manager=officer("manager"), finance=officer("finance")) is expected
    assert live.season().number == 1
    assert rows("SELECT state, count(*) AS n FROM contracts_contract GROUP BY state ORDER BY state") == [
        {"state": "active", "n": 9}, {"state": "closed", "n": 9}]
    assert rows("SELECT count(*) AS n FROM accounts_user WHERE phone = ANY (%s)", [
        [*live.season().collectors, *live.season().recyclers, live.season().driver_of(0)]]) == [{"n": 8}]
