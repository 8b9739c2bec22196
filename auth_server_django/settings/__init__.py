"""Django's settings, one subject a file. Values come from the environment; `.env` beside manage.py is read first."""

from auth_server_django.settings.environment import *  # noqa: F403  isort: skip
from auth_server_django.settings.apps import *  # noqa: F403
from auth_server_django.settings.database import *  # noqa: F403
from auth_server_django.settings.delivery import *  # noqa: F403
from auth_server_django.settings.limits import *  # noqa: F403
from auth_server_django.settings.oauth import *  # noqa: F403
from auth_server_django.settings.security import *  # noqa: F403
