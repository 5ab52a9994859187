"""Logs as lines of JSON (or, for a person, as text), with the request's or task's id, and without anybody's data.

Personal data is taken out of every line on its way: telephone numbers, BIN and IIN, accounts, tokens, e-mail addresses. Code
does not log such things; an exception's text may.
"""

from __future__ import annotations

import re
from typing import Any

import structlog

#: What a line never holds, and what stands there instead.
PRIVATE = (
    (re.compile(r"(?<![0-9A-Za-z])\+?[78][\s(-]*7\d{2}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?![0-9])"), "[phone]"),
    (re.compile(r"KZ\d{2}[0-9A-Z]{16}"), "[iban]"),
    (re.compile(r"(?<![0-9a-f-])\d{12}(?![0-9a-f-])"), "[bin]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[email]"),
    (re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+"), r"\1[token]"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+"), "[token]"),
)


def without_private(text: str) -> str:
    """The text with what is private taken out."""
    for pattern, instead in PRIVATE:
        text = pattern.sub(instead, text)
    return text


def scrub(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """A processor of structlog: every value that is text, the traceback too."""
    return {key: without_private(value) if isinstance(value, str) else value for key, value in event.items()}


def configuration(*, as_json: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING: everything through one handler, whoever logged it and by whichever library."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars, structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.format_exc_info, scrub,
    ]
    last = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer(
        colors=False, pad_event_to=0)
    return {
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"line": {
            "()": structlog.stdlib.ProcessorFormatter, "foreign_pre_chain": before,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "django.request": {"level": "ERROR"},  # a refused request is an answer, not an event
            "httpx": {"level": "WARNING"},  # it would log every request with its address
            "fontTools": {"level": "WARNING"},  # a hundred lines for each paper
        },
        "root": {"handlers": ["console"], "level": level},
    }


def bind(**ids: str) -> None:
    """From now on every line of this request or task says so."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**ids)


