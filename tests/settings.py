"""The settings of the tests: the product's own, with fixed secrets and messages kept in memory."""

import os

os.environ.setdefault("SECRET_KEY", "test-only-secret-key-that-is-long-enough-to-pass-every-check-0123456789")
os.environ.setdefault("MASTER_KEYS", "dGVzdC1vbmx5LW1hc3Rlci1rZXktMzItYnl0ZXMtbG8")
os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("ISSUER_URL", "http://testserver")
# Databases of tests are made and emptied by statements that may take long on a busy machine.
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "120")
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from auth_server_django.settings import *  # noqa: F403
from auth_server_django.settings import CACHES, DATABASES, INSTALLED_APPS, REDIS_URL

# `make check` asks whether migrations are safe beside live traffic.
INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
CACHES["default"]["KEY_PREFIX"] = f"test-{_worker}"
if REDIS_URL and _worker.startswith("gw"):
    # `cache.clear()` empties the whole Redis database, so every worker has one of its own.
    CACHES["default"]["LOCATION"] = f"{REDIS_URL.rpartition('/')[0]}/{int(_worker.removeprefix('gw'))}"
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
# Tests run without DEBUG; those of the admin that are not about second factors sign in with a password alone.
ADMIN_REQUIRES_SECOND_FACTOR = "0"
