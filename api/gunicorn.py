"""How gunicorn serves the door: `gunicorn -c python:api.gunicorn`. Threads, because requests wait for PostgreSQL."""

import os
import shutil
import tempfile
from pathlib import Path

wsgi_app = "api.wsgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 30  # seconds a worker may go without a sign of life
graceful_timeout = 20  # seconds a request may still take after SIGTERM
keepalive = 5
max_requests = 20_000  # a slow leak never grows old
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # heartbeats never wait for a disk
control_socket_disable = True  # its default lives in $HOME and would be shared by every checkout
# Where the workers count their requests together (api/http/metrics.py).
ours = "PROMETHEUS_MULTIPROC_DIR" not in os.environ
if ours:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="house-metrics-")


def child_exit(server, worker):  # type: ignore[no-untyped-def]
    from prometheus_client import multiprocess  # it looks at the variable when it is loaded

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server):  # type: ignore[no-untyped-def]
    if ours:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
