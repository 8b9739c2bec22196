"""Database, cache and browser sessions, with an explicit timeout on everything a request waits for."""

from typing import Any

import environ

from auth_server_django.conf import ServerSettings
from auth_server_django.settings.environment import BASE_DIR, _is_https

_url = ServerSettings.DATABASE_URL.from_environment() or f"sqlite:///{BASE_DIR / 'db.sqlite3'}"
_database: dict[str, Any] = environ.Env.db_url_config(_url)
_database["CONN_MAX_AGE"] = ServerSettings.DATABASE_CONN_MAX_AGE.from_environment()
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that will write takes the lock at its start and waits for it, instead of failing with
    # "database is locked" when it first writes. WAL lets readers go on meanwhile.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _database["OPTIONS"] = {"connect_timeout": 2, **_database.get("OPTIONS", {})}
DATABASES = {"default": _database}

REDIS_URL: str = ServerSettings.REDIS_URL.from_environment()
_timeout: float = ServerSettings.REDIS_TIMEOUT_SECONDS.from_environment()
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "auth",
            "OPTIONS": {
                "SOCKET_CONNECT_TIMEOUT": _timeout,
                "SOCKET_TIMEOUT": _timeout,
                # redis-py retries by itself and turns 0.2 s into 7 s: none on the request path.
                "CONNECTION_POOL_KWARGS": {"retry": None, "retry_on_timeout": False},
            },
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "auth"}}

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE: int = ServerSettings.SESSION_IDLE_SECONDS.from_environment()
SESSION_COOKIE_NAME = "__Host-session" if _is_https else "session"
SESSION_COOKIE_SECURE = _is_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
