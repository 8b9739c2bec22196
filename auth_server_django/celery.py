"""The worker: `celery -A auth_server_django worker` and `… beat`. Tasks live in the rooms' `tasks.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auth_server_django.settings")

app = Celery("auth_server_django")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
