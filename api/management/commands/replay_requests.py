"""`manage.py replay_requests FILE.csv --mapping MAPPING.json --rate N`: requests from elsewhere, through the API."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from api.local.phone import Refused as ApiRefused, await_code
from api.replaying.feeding import Feeder, Outcome
from api.replaying.mapping import Unusable, read_mapping
from api.replaying.report import Report
from api.replaying.rows import Refused, Wanted, read_rows
from api.replaying.sender import Sender, Stopped
from collection.kernel.calendar import almaty_date

Rows = list[Wanted | Refused]


class Command(BaseCommand):
    help = (
        "Feed the rows of a CSV file to the API as pickup requests, in order, at most N HTTP requests a second. Nothing "
        "is sent unless the mapping and the headings are right; refused rows are reported and passed over (--strict: "
        "nothing is sent while one is wrong). The same file again sends nothing twice. See docs/replaying-requests.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--mapping", required=True, metavar="MAPPING.json", type=Path)
        parser.add_argument("--rate", type=float, default=20, metavar="N", help="HTTP requests a second (20)")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="of the API (http://127.0.0.1:8000)")
        parser.add_argument("--phone", default=os.environ.get("REPLAY_PHONE", ""), metavar="+77...",
                            help="sign in as this person with a one-time code; or REPLAY_PHONE")
        parser.add_argument("--token", default=os.environ.get("REPLAY_TOKEN", ""),
                            help="an access token instead; or REPLAY_TOKEN, which no process list shows")
        parser.add_argument("--messages", type=Path, metavar="FILE", help="the message log to read the code from; "
                            "a local API's own, unless told; otherwise the code is asked for")
        parser.add_argument("--start", type=_day, metavar="DATE", help="the day the first request is shifted to, unless "
                            "the mapping names one (tomorrow)")
        parser.add_argument("--strict", action="store_true", help="one refused row stops everything")
        parser.add_argument("--dry-run", action="store_true", help="validate and report, send nothing")
        parser.add_argument("--report", type=Path, metavar="FILE.csv", help="write what became of every row")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < options["rate"] <= 10_000:
            raise CommandError("--rate must be above 0 and at most 10,000.", returncode=2)
        if not (options["phone"] or options["token"] or options["dry_run"]):
            raise CommandError("Say who sends: --phone for a one-time code, or --token. Or --dry-run.", returncode=2)
        start = options["start"] or almaty_date(datetime.now(UTC)) + timedelta(days=1)
        try:
            mapping = read_mapping(options["mapping"])
            rows = read_rows(options["file"].read_bytes(), mapping, start=start)
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}", returncode=2) from error
        except Unusable as error:
            self.unusable(error)
        wrong = [row for row in rows if isinstance(row, Refused)]
        self.stdout.write(f"{options['file'].name}: {len(rows):,} rows, {len(rows) - len(wrong):,} may be sent, "
                          f"{len(wrong):,} are refused.")
        with contextlib.ExitStack() as stack:
            report = Report(stack.enter_context(open(options["report"], "w", encoding="utf-8", newline=""))
                            if options["report"] else None)
            report.begin()
            if options["dry_run"] or (options["strict"] and wrong):
                for row in rows:
                    report.add(Outcome(row.line, row.id, "refused", row.code, row.why) if isinstance(row, Refused)
                               else Outcome(row.line, row.id, "not_sent"))
                stopped = "" if options["dry_run"] else "nothing was sent (--strict)"
                self.close(report, seconds=0, sent=0, stopped=stopped)
                return
            sender = Sender(options["url"], rate=options["rate"], token=options["token"])
            stack.callback(sender.http.close)
            self.send(Feeder(sender, mapping), rows, report, options)

    def send(self, feeder: Feeder, rows: Rows, report: Report, options: dict[str, Any]) -> None:
        sender, stopped, started, before = feeder.sender, "", time.monotonic(), 0
        try:
            if not options["token"]:
                sender.sign_in(options["phone"], _code_reader(options))
            feeder.check()
            started, before = time.monotonic(), sender.sent
            for outcome in tqdm(feeder.feed(rows), total=len(rows), unit=" rows", disable=None):
                report.add(outcome)
                if options["strict"] and outcome.outcome == "refused":
                    stopped = f"line {outcome.line} was refused (--strict)"
                    break
        except Unusable as error:
            self.unusable(error)
        except (Stopped, TimeoutError) as error:
            stopped = str(error)
        except ApiRefused as error:
            stopped = f"{error.problem['code']}: {error.problem.get('title', '')}"
        except KeyboardInterrupt:
            stopped = "interrupted"
        self.close(report, seconds=time.monotonic() - started, sent=sender.sent - before, stopped=stopped)

    def unusable(self, error: Unusable) -> NoReturn:
        told = [f"{error.what} cannot be used; nothing was sent.", *error.defects]
        raise CommandError("\n  ".join(told), returncode=2)

    def close(self, report: Report, *, seconds: float, sent: int, stopped: str) -> None:
        """Print the table and, last, everything as one JSON line. Ends with code 1 when the run did not finish."""
        for line in report.table():
            self.stdout.write(line)
        counts = {name: report.outcomes[name] for name in ("accepted", "known", "refused", "not_sent")}
        self.stdout.write(json.dumps({
            **counts, "rows": sum(counts.values()), "accepted_g": report.accepted_g, "assumed_g": report.assumed_g,
            "reasons": report.refused(), "remarks": report.remarks, "http_requests": sent, "seconds": round(seconds, 1),
            "requests_per_second": round(sent / seconds, 1) if seconds else 0, "stopped": stopped}, ensure_ascii=False))
        if stopped:
            again = " Run it again to go on: what was sent is known." if sent else ""
            raise CommandError(f"Stopped: {stopped}.{again}")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _code_reader(options: dict[str, Any]) -> Callable[[], str]:
    """How the one-time code gets here: from the message log of an API on this machine, else from the keyboard."""
    log = options["messages"]
    if log is None and settings.MESSAGE_LOG and urlsplit(options["url"]).hostname in ("127.0.0.1", "localhost", "::1"):
        log = Path(settings.MESSAGE_LOG)
    if log is None:
        return lambda: input(f"The code sent to {options['phone']}: ").strip()
    read_from = log.stat().st_size if log.exists() else 0
    return lambda: await_code(log, options["phone"], read_from)
