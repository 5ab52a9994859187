"""`make demo`: the programme replayed, then the main job over HTTP as the phones would do it, then a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

from api.local.main_job import MainJob
from api.local.phone import Phone
from api.local.processes import ROOT, Running, manage, running
from collection.demo.cast import Season

REPORT = ROOT / ".local" / "demo-report.json"
#: A demo may be run many times an hour with the same few numbers; a real house keeps its limits.
GENEROUS = {"LOGIN_CODE_PER_NUMBER_HOUR": "1000", "LOGIN_CODE_PER_NETWORK_HOUR": "10000",
            "LOGIN_CODE_PER_DEVICE_HOUR": "1000", "LOGIN_CODE_PER_PREFIX_HOUR": "10000",
            "SMS_DAILY_BUDGET_TIYN": "1000000000"}
REPLAYED = "ecoqolday-replay"


def main(*, fresh: bool) -> int:
    """Bring the programme up, run the main job, print and write the report. 0 when every step and figure is right."""
    started = time.monotonic()
    prepare(fresh=fresh)
    messages = ROOT / ".local" / "messages.jsonl"
    print("Starting the web, a worker, beat, the relay and a fake FCM ...", flush=True)
    with running({**GENEROUS, "MESSAGE_LOG": str(messages)}, with_fcm=True) as house:
        job = MainJob(house, messages, season=Season(known()["season"]))
        job.run()
        rows = figures(house)
    kept = [row for row in rows if row["name"] != "recycled_g"]  # the sum of two others
    report = {
        "figures": {row["name"]: row["computed"] for row in kept},
        "published": {row["name"]: row["published"] for row in kept},
        "main_job": [{"step": one.step, "ok": one.ok, "ms": one.ms} for one in job.steps],
        "seconds": round(time.monotonic() - started, 1),
    }
    REPORT.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    return show(report, rows)


def prepare(*, fresh: bool = False) -> None:
    """Schema, reference data and the replayed programme, which is kept while nothing it depends on has changed."""
    manage("migrate", "--no-input", "--verbosity", "0")
    manage("load_reference")
    manage("wipe_programme", *(["--fresh"] if fresh else []))
    manage("replay")
    manage("next_season")


def figures(house: Running) -> list[dict[str, Any]]:
    """Published and computed side by side: the API's own unadjusted answer for the replayed programme."""
    anybody = Phone(house.base_url)
    try:
        return list(anybody.get("/stats/published", programme=REPLAYED)["items"])
    finally:
        anybody.http.close()


def show(report: dict[str, Any], rows: list[dict[str, Any]]) -> int:
    """Print the report; 0 when everything in it is right."""
    print(f"\nThe main job: {len(report['main_job'])} steps over HTTP")
    for one in report["main_job"]:
        print(f"  {'ok  ' if one['ok'] else 'FAIL'} {one['ms']:>7,} ms  {one['step']}")
    print("\nThe replayed programme (synthetic), published against computed")
    print(f"  {'figure':<24}{'published':>24}{'computed':>24}")
    for row in rows:
        print(f"  {row['name']:<24}{row['text']:>24}{row['computed']:>24,}  "
              f"{'equal' if row['equal_at_precision'] else 'DIFFERENT'}")
    right = all(one["ok"] for one in report["main_job"]) and all(row["equal_at_precision"] for row in rows)
    print(f"\n{'Everything is as it should be' if right else 'Something is wrong'}; {report['seconds']:.0f} s. "
          f"Written to {REPORT.relative_to(ROOT)}.")
    return 0 if right else 1


def known() -> dict[str, Any]:
    """Who may sign in to the demo, and the season of the live programme."""
    return dict(json.loads(subprocess.run(
        [sys.executable, "manage.py", "demo_logins"], cwd=ROOT, check=True, capture_output=True, text=True,
        env=os.environ).stdout))


def logins() -> str:
    """Who may sign in to the demo, as text. One-time codes are sent to the message log."""
    lines = [f"  {person['who']:<44} {person['phone']}" for person in known()["people"]]
    return "\n".join([
        "Sign in with POST /api/v1/auth/code and /api/v1/auth/login; codes arrive in .local/messages.jsonl:", *lines, ""])
