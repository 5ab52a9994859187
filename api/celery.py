"""The Celery application: its queues, its beat, and how it meets a Redis that restarts, hangs or forgets.

Redis only carries row ids, each task claims its row in PostgreSQL first, and the relay posts an unclaimed row again: so
a message may be lost or doubled and work is merely late. The options below were measured against killed workers and
against a Redis that was killed, stopped or refused connections: a lost worker's message is back within
`visibility_timeout` plus `unacked_restore_interval`, and a post to a hung Redis gives up in seconds instead of blocking
the relay for ever.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun
from django.conf import settings
from kombu import Queue

from api import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "api.settings")

app = Celery("house")
app.conf.update(
    broker_url=settings.REDIS_URL,
    result_backend=None,
    task_ignore_result=True,
    accept_content=["json"],
    timezone="UTC",
    # --- queues: a slow SMS gateway must not hold up offers ---------------------------------------------------
    task_queues=[Queue(name) for name in ("rooms", "push", "sms", "email", "hooks")],
    task_default_queue="rooms",
    task_create_missing_queues=False,  # a misspelt queue is an error, not a place where messages wait for ever
    task_routes={
        "notifications.push": {"queue": "push"},
        "notifications.sms": {"queue": "sms"},
        "notifications.email": {"queue": "email"},
        "notifications.hook": {"queue": "hooks"},
    },
    # --- a task is done when it is done ----------------------------------------------------------------------
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=100,
    task_time_limit=120,  # always below visibility_timeout
    # --- Redis may be away -----------------------------------------------------------------------------------
    broker_connection_retry_on_startup=True,
    worker_soft_shutdown_timeout=30,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1},
    broker_transport_options={
        "visibility_timeout": 300, "unacked_restore_interval": 10, "unacked_restore_throttle": 1,
        "socket_timeout": 2, "socket_connect_timeout": 1, "socket_keepalive": True, "health_check_interval": 10,
        "max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1,
    },
    worker_hijack_root_logger=False,  # api.settings.LOGGING holds for workers too
    # --- beat: the schedule is code; a tick nobody took in time is dropped, the next one does its work ---------
    beat_schedule={
        "dispatch.sweep": {"task": "dispatch.sweep", "schedule": 2.0, "options": {"queue": "rooms", "expires": 2}},
        "dispatch.reoptimise": {
            "task": "dispatch.reoptimise", "schedule": 3600.0, "options": {"queue": "rooms", "expires": 3600}},
        "geo.forget": {"task": "geo.forget", "schedule": 86400.0, "options": {"queue": "rooms", "expires": 86400}},
        "geo.ask": {"task": "geo.ask", "schedule": 1.0, "options": {"queue": "rooms", "expires": 1}},
        "dispatch.plan_days": {
            "task": "dispatch.plan_days", "schedule": 300.0, "options": {"queue": "rooms", "expires": 300}},
        "payouts.walk_queues": {
            "task": "payouts.walk_queues", "schedule": 60.0, "options": {"queue": "rooms", "expires": 60}},
        "stats.roll": {"task": "stats.roll", "schedule": 5.0, "options": {"queue": "rooms", "expires": 5}},
        "accounts.tidy": {"task": "accounts.tidy", "schedule": 3600.0, "options": {"queue": "rooms", "expires": 3600}},
        "audit.anchor": {"task": "audit.anchor", "schedule": 600.0, "options": {"queue": "rooms", "expires": 600}},
        "api.forget_changes": {
            "task": "api.forget_changes", "schedule": 86400.0, "options": {"queue": "rooms", "expires": 86400}},
        "api.prune_keys": {"task": "api.prune_keys", "schedule": 600.0, "options": {"queue": "rooms", "expires": 600}},
    },
)
app.set_default()  # @shared_task and the relay find this application, not one without options
app.autodiscover_tasks()


@task_prerun.connect  # type: ignore[untyped-decorator]
def say_which(task_id: str, task: Any, **kwargs: Any) -> None:
    """Every line that a task logs says which."""
    logs.bind(task=task.name, task_id=task_id)
