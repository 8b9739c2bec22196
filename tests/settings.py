"""The settings of the tests: the product's own, with fixed secrets and messages kept in memory."""

import os

os.environ.setdefault("SECRET_KEY", "test-only-secret-key-that-is-long-enough-to-pass-every-check-0123456789")
os.environ.setdefault("MASTER_KEYS", "dGVzdC1vbmx5LW1hc3Rlci1rZXktMzItYnl0ZXMtbG8")
os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("ISSUER_URL", "http://testserver")
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from auth_server_django.settings import *  # noqa: F403
from auth_server_django.settings import CACHES, DATABASES, REDIS_URL

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
CACHES["default"]["KEY_PREFIX"] = f"test-{_worker}"
if REDIS_URL:
    # `cache.clear()` empties the whole Redis database, so every worker has one of its own.
    _database = int(_worker.removeprefix("gw")) if _worker.startswith("gw") else 15
    CACHES["default"]["LOCATION"] = f"{REDIS_URL.rpartition('/')[0]}/{_database}"
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Argon2 stays the hasher of the product; in tests its cheapest form, because it is asked for in almost every one.
PASSWORD_HASHERS = ["tests.hashers.CheapArgon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
SMS_ROUTES = "*=memory"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PHONE_COUNTRIES = ["*"]
MESSAGING_DELIVERY = "inline"
MESSAGING_KEEP_BODIES = False
