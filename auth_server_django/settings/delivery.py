"""E-mail and the worker that delivers what the outbox holds."""

from typing import Any

import environ

from auth_server_django.conf import ServerSettings
from auth_server_django.settings.database import REDIS_URL

vars().update(environ.Env.email_url_config(ServerSettings.EMAIL_URL.from_environment()))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = ServerSettings.DEFAULT_FROM_EMAIL.from_environment()

CELERY_BROKER_URL: str = ServerSettings.CELERY_BROKER_URL.from_environment() or REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"socket_timeout": 1, "socket_connect_timeout": 1}
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "deliver-outbox": {"task": "messaging_app.relay", "schedule": 1.0},
}
