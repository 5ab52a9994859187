"""`python -m api.local run`: the demo programme at a local address until Ctrl-C."""

from __future__ import annotations

import time

from api.local import demo
from api.local.processes import must_be_free, running


def main(port: int) -> int:
    """Bring the programme to this code and serve it. The services are up already, and stay up."""
    must_be_free(port)
    demo.prepare()
    with running(web_port=port) as house:
        print(f"\nServing {house.base_url}  (/livez, /readyz, /api/docs, /api/v1/openapi.json)\nLogs in {house.logs}\n")
        print(demo.logins(), "Ctrl-C stops it.", sep="\n", flush=True)
        try:
            while True:
                time.sleep(1)
                house.check()
        except KeyboardInterrupt:
            print("\nStopping ...", flush=True)
    return 0
