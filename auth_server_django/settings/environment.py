"""Where the server lives: development or production, issuer, hosts, logging."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent
environ.Env.read_env(str(BASE_DIR / ".env"))
_master_key = BASE_DIR / "keys" / "master.key"
if "MASTER_KEYS" not in os.environ and _master_key.exists():
    os.environ.setdefault("MASTER_KEYS_FILE", str(_master_key))

from auth_server_django.conf import ServerSettings  # noqa: E402  (reads what .env has just put there)
from auth_server_django.logs.access import JSON  # noqa: E402
from auth_server_django.logs.setup import TEXT, log_settings  # noqa: E402
from auth_server_django.public_url import public_url  # noqa: E402

DEBUG: bool = ServerSettings.DEBUG.from_environment()
DEMO: bool = ServerSettings.DEMO.from_environment()
PORT: int = ServerSettings.PORT.from_environment()
SECRET_KEY: str = ServerSettings.SECRET_KEY.from_environment()
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make run` (or `python manage.py bootstrap`) writes a .env for development; "
        "in production set it in the environment."
    )

_public_url: str = ServerSettings.PUBLIC_URL.from_environment()
if _public_url and not DEBUG:
    raise ImproperlyConfigured("PUBLIC_URL is for development. In production set ISSUER_URL.")
ISSUER_URL: str = (
    public_url(_public_url, port=PORT)
    if _public_url
    else ServerSettings.ISSUER_URL.from_environment() or (f"http://localhost:{PORT}" if DEBUG else "")
)
_issuer = urlsplit(ISSUER_URL)
if _issuer.scheme not in {"http", "https"} or not _issuer.hostname or _issuer.path not in {"", "/"}:
    raise ImproperlyConfigured(
        f"ISSUER_URL must be an origin such as https://login.example.com, without a path; it is {ISSUER_URL!r}."
    )
ISSUER_URL = f"{_issuer.scheme}://{_issuer.netloc}"
_is_https = _issuer.scheme == "https"

ALLOWED_HOSTS: list[str] = ServerSettings.ALLOWED_HOSTS.from_environment() or [_issuer.hostname]
if DEBUG:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [ISSUER_URL]

LANGUAGE_CODE: str = ServerSettings.LANGUAGE_CODE.from_environment()
LANGUAGES = [("en", "English"), ("mn", "Монгол"), ("fa", "فارسی"), ("uk", "Українська")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE: str = ServerSettings.TIME_ZONE.from_environment()
PRODUCT_NAME: str = ServerSettings.PRODUCT_NAME.from_environment()
USE_I18N = True
USE_TZ = True

try:
    LOGGING: dict[str, Any] = log_settings(
        level=ServerSettings.LOG_LEVEL.from_environment(),
        form=ServerSettings.LOG_FORMAT.from_environment() or (TEXT if DEBUG else JSON),
    )
except ValueError as _problem:
    raise ImproperlyConfigured(str(_problem)) from _problem
