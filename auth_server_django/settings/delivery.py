"""E-mail, and what the worker does: it delivers what the outbox holds and takes the due steps of signing keys."""

from typing import Any

import environ

from auth_server_django.conf import ServerSettings
from auth_server_django.settings.database import REDIS

vars().update(environ.Env.email_url_config(ServerSettings.EMAIL_URL.from_environment()))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = ServerSettings.DEFAULT_FROM_EMAIL.from_environment()

_broker: str = ServerSettings.CELERY_BROKER_URL.from_environment()
CELERY_BROKER_URL: str = _broker or (REDIS.broker if REDIS else "")
CELERY_TASK_DEFAULT_QUEUE: str = ServerSettings.CELERY_QUEUE.from_environment()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# The worker logs as the server does, redaction and all.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Requests never publish. Beat does, and on AMQP only a second try opens a new connection for one that broke.
CELERY_TASK_PUBLISH_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 2,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}
CELERY_BROKER_CONNECTION_TIMEOUT = 2
# A broker that is away for long is tried again for as long as it takes; what it missed waits in the outbox.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Each transport has its own words for it. Whoever publishes gives up after a second or two; requests never publish.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"write_timeout": 2}
    if CELERY_BROKER_URL.startswith(("amqp", "pyamqp"))
    else {
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        **(REDIS.broker_options if REDIS and not _broker else {}),
    }
)
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "deliver-outbox": {"task": "messaging_app.relay", "schedule": 1.0},
    "rotate-keys": {"task": "jwt_app.rotate", "schedule": 300.0},
    "deliver-logouts": {"task": "custom_scopes_and_policies_app.tell_apps", "schedule": 1.0},
    "count-refusals": {"task": "obligations_app.count_refusals", "schedule": 60.0},
    "tell-what-was-missed": {"task": "obligations_app.tell_what_was_missed", "schedule": 60.0},
    "cleanup": {"task": "auth_server_django.cleanup", "schedule": 3600.0},
    "rollup": {"task": "obligations_app.rollup", "schedule": 60.0},
}
