"""`python -m api.local up|down|status|clean|run|demo`: this checkout's private services, and the house running on them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from api.local import binaries, home, services

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m api.local", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("up", help="start the private PostgreSQL and Redis")
    verbs.add_parser("down", help="stop them")
    verbs.add_parser("status", help="say what runs; exit 1 unless both answer")
    verbs.add_parser("clean", help="stop them and delete their data")
    verbs.add_parser("run", help="serve the demo programme until Ctrl-C").add_argument("--port", type=int, default=8000)
    verbs.add_parser("demo", help="run the main job and report").add_argument("--fresh", action="store_true")
    args = parser.parse_args()
    private = services.Services(ROOT)
    try:
        if args.verb == "status":
            return 0 if private.status() else 1
        if args.verb in ("run", "demo"):
            os.chdir(ROOT)
            private.up()
        if args.verb == "run":
            from api.local import serve

            return serve.main(port=args.port)
        if args.verb == "demo":
            from api.local import demo

            return demo.main(fresh=args.fresh)
        getattr(private, args.verb)()
    except (binaries.Missing, home.Trouble) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
