"""Django's LOGGING: every logger, ours and the libraries', through one formatter that takes secrets out."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from auth_server_django.logs.access import ACCESS, JSON, AccessFormatter
from auth_server_django.logs.redaction import redact
from auth_server_django.logs.request_id import add_request_id

TEXT = "text"

# What no line of ours shows need not be looked up for each of them.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def log_settings(*, level: str, form: str) -> dict[str, Any]:
    """The LOGGING dictionary. `form` is "json" or "text". Raises ValueError for another."""
    if form not in {JSON, TEXT}:
        raise ValueError(f"LOG_FORMAT must be {JSON} or {TEXT}, not {form!r}.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": formatter, "form": form},
            "access": {"()": AccessFormatter, "form": form},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"},
            "access": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "access"},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            ACCESS: {"handlers": ["access"], "propagate": False},
            # oauthlib logs whole requests, codes and tokens among them, at DEBUG: never let it.
            "oauthlib": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            # Django's own handlers print everything a second time, and by no formatter of ours.
            "django": {"handlers": [], "level": level, "propagate": True},
            # The access line says what was refused; a flood is not said twice.
            "django.request": {"level": "ERROR"},
            # SQL with its parameters.
            "django.db.backends": {"level": "WARNING"},
        },
    }


def formatter(form: str) -> structlog.stdlib.ProcessorFormatter:
    """The formatter of every handler."""
    renderer: Any = structlog.processors.JSONRenderer() if form == JSON else _as_text
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            add_request_id,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_fields,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
    )


def _add_fields(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """`extra={"fields": {…}}` of a message. Other extras, such as Django's request, do not belong in a log."""
    record = event.get("_record")
    event.update(getattr(record, "fields", {}))
    return event


def _as_text(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    """For eyes: time, level, logger, message, then the rest as name=value."""
    head = [str(event.pop(name, "")) for name in ("timestamp", "level", "logger", "event")]
    exception = event.pop("exception", "")
    rest = [f"{name}={value}" for name, value in event.items()]
    return " ".join([*head, *rest]) + (f"\n{exception}" if exception else "")
