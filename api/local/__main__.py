"""`python -m api.local VERB`: this checkout's private services, and the house running on them."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from api.local import binaries, home, services

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m api.local", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("up", help="start the private PostgreSQL and Redis")
    verbs.add_parser("down", help="stop them")
    verbs.add_parser("status", help="say what runs; exit 1 unless both answer")
    verbs.add_parser("clean", help="stop them and delete their data")
    verbs.add_parser("with", help="run a command with them up, and leave them as they were").add_argument(
        "command", nargs=argparse.REMAINDER)
    verbs.add_parser("run", help="serve the demo programme until Ctrl-C").add_argument("--port", type=int, default=8000)
    verbs.add_parser("demo", help="run the main job over HTTP and report").add_argument("--fresh", action="store_true")
    args = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        return act(services.Services(ROOT), args)
    except (binaries.Missing, home.Trouble) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted", file=sys.stderr)
        return 130


def act(private: services.Services, args: argparse.Namespace) -> int:
    if args.verb == "status":
        return 0 if private.status() else 1
    if args.verb == "with":
        return run_with(private, args.command[args.command[:1] == ["--"]:])
    if args.verb == "run":
        from api.local import serve

        private.up()
        return serve.main(port=args.port)
    if args.verb == "demo":
        from api.local import demo

        private.up()
        return int(demo.main(fresh=args.fresh))
    {"up": private.up, "down": private.down, "clean": private.clean}[args.verb]()
    return 0


def run_with(private: services.Services, command: list[str]) -> int:
    """Run the command with the services up; if they were down, stop them afterwards."""
    was_up = private.is_up()
    private.up()
    try:
        process = subprocess.Popen(command, cwd=ROOT)
        try:
            return process.wait()
        except KeyboardInterrupt:  # it heard the Ctrl-C too: let it finish its own way
            return process.wait()
        except SystemExit:
            process.terminate()
            process.wait()
            raise
    finally:
        if not was_up:
            private.down()


def leave(number: int, frame: object) -> NoReturn:
    """SIGTERM and a closed terminal unwind like an exception, so that everything started is stopped."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
