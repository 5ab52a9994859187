"""What is wrong with the settings, said before the first request: Django's system checks, and `manage.py doctor` too."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning as Caution, register

#: Secrets that stand in somebody's tutorial.
WELL_KNOWN = ("changeme", "secret", "insecure", "example", "password", "django-insecure")


@register(Tags.security)
def settings_are_fit(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return [*about_redis(settings.REDIS_URL), *about_secrets(), *about_outside()]


def about_redis(url: str) -> Iterator[CheckMessage]:
    """Celery's broker is one Redis: a cluster refuses its transactions (CROSSSLOT), with some messages lost on the way."""
    scheme = urlsplit(url).scheme
    if "cluster" in url.lower() or "," in url:
        yield Error(f"REDIS_URL names a cluster or several servers ({scheme}). Celery needs one Redis, or Sentinel "
                    "(sentinel://...).", hint="Give the queue a Redis of its own; nothing is lost when it is away.",
                    id="house.E010")
    elif scheme not in ("redis", "rediss", "redis+socket", "sentinel"):
        yield Error(f"REDIS_URL has the scheme {scheme!r}: redis, rediss, redis+socket or sentinel.", id="house.E011")


def about_secrets() -> Iterator[CheckMessage]:
    if not settings.PRODUCTION:
        return
    if settings.DEBUG:
        yield Error("DEBUG is on in production: errors would show settings and people's data.", id="house.E012")
    key = settings.SECRET_KEY
    if len(key) < 50 or len(set(key)) < 8 or any(word in key.lower() for word in WELL_KNOWN):
        yield Error("SECRET_KEY is short, simple or well known. Tokens could be forged by anybody who guesses it.",
                    hint="python -c 'import secrets; print(secrets.token_urlsafe(64))'", id="house.E013")
    for name, url in (("DATABASE_URL", os.environ.get("DATABASE_URL", "")),
                      ("DATABASE_URL_OWNER", os.environ.get("DATABASE_URL_OWNER", ""))):
        if (urlsplit(url).password or "").lower() in {*WELL_KNOWN, "postgres", "house", "house_app", "house_owner"}:
            yield Error(f"{name} has a password that everybody tries first.", id="house.E014")
    if "*" in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS is *: a forged Host would be believed.", id="house.E015")


def about_outside() -> Iterator[CheckMessage]:
    if path := settings.FCM_SERVICE_ACCOUNT:
        try:
            json.loads(Path(path).read_text())["client_email"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            yield Error(f"FCM_SERVICE_ACCOUNT {path} is not a readable service account: {type(error).__name__}.", id="house.E016")
    elif settings.PRODUCTION:
        yield Caution("FCM_SERVICE_ACCOUNT is not set: pushes only go to the log.", id="house.W010")
    if settings.PRODUCTION and not settings.SMS_GATEWAY_URL:
        yield Caution("SMS_GATEWAY_URL is not set: nobody can sign in, codes reach nobody.", id="house.W011")
