"""Database, cache and browser sessions, with an explicit timeout on everything a request waits for."""

from typing import Any

import environ
import pymysql

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
elif _database["ENGINE"] == "django.db.backends.mysql":
    pymysql.install_as_MySQLdb()
    _database["ENGINE"] = "auth_server_django.mysql"
    _database["OPTIONS"] = {
        "charset": "utf8mb4",
        # As on PostgreSQL: a statement sees what others have committed, and a conditional UPDATE decides on the newest
        # row. REPEATABLE READ, the default of MariaDB and MySQL, would decide on the newest and read an older one.
        "isolation_level": "read committed",
        "sql_mode": "TRADITIONAL",
        "connect_timeout": 2,
        # Longer than any statement of a request; `?read_timeout=3600` in the URL is for a migration of big tables.
        "read_timeout": 30,
        "write_timeout": 30,
        "init_command": "SET SESSION innodb_lock_wait_timeout = 20",
        **_database.get("OPTIONS", {}),
    }
    # Tokens, key ids and client ids differ by case: see `auth_server_django.checks`.
    _database["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin"}
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

SESSION_ENGINE = "sessions_app.store"
SESSION_COOKIE_AGE: int = ServerSettings.SESSION_IDLE_SECONDS.from_environment()
SESSION_COOKIE_NAME = "__Host-session" if _is_https else "session"
SESSION_COOKIE_SECURE = _is_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
