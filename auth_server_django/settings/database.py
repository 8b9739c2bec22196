"""Database, cache and browser sessions, with an explicit timeout on everything a request waits for."""

from typing import Any

import environ
import pymysql
from django.core.exceptions import ImproperlyConfigured

from auth_server_django.conf import ServerSettings
from auth_server_django.postgresql.binding import NEVER_BY_ITSELF
from auth_server_django.postgresql.connection import HurriedConnection
from auth_server_django.redis.address import BadRedisUrl, RedisAddress, read_redis_url
from auth_server_django.settings.environment import BASE_DIR, _is_https

_connect_seconds: int = ServerSettings.DATABASE_CONNECT_SECONDS.from_environment()
_statement_seconds: int = ServerSettings.DATABASE_STATEMENT_SECONDS.from_environment()
_lock_seconds: int = ServerSettings.DATABASE_LOCK_SECONDS.from_environment()
_pool_size: int = ServerSettings.DATABASE_POOL_SIZE.from_environment()
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
    _database["ENGINE"] = "auth_server_django.postgresql"
    _database["OPTIONS"] = {
        "connect_timeout": _connect_seconds,
        # A host that is gone without a word (power, network) is noticed while nothing is asked, too.
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        "prepare_threshold": NEVER_BY_ITSELF if ServerSettings.DATABASE_PREPARED.from_environment() else None,
        # A pooler that refuses these (PgBouncer): `?options=` in the URL, and the figures in its own settings.
        "options": f"-c statement_timeout={_statement_seconds}s -c lock_timeout={_lock_seconds}s"
        f" -c idle_in_transaction_session_timeout={ServerSettings.DATABASE_IDLE_SECONDS.from_environment()}s"
        # Prepared statements are planned once, which saves more than half of their time. A plan made for an empty table
        # must not read all of it when it has grown: every question of this server has its index (docs/databases.md).
        " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off",
        **_database.get("OPTIONS", {}),
    }
    if _pool_size:
        # Whoever finds every connection taken waits as long as for a new one, in a queue that ends (R24).
        _database["CONN_MAX_AGE"] = 0
        _database["OPTIONS"]["pool"] = {
            "min_size": 1,
            "max_size": _pool_size,
            "timeout": float(_connect_seconds),
            "max_waiting": 8 * _pool_size,
            "connection_class": HurriedConnection,
        }
elif _database["ENGINE"] == "django.db.backends.mysql":
    pymysql.install_as_MySQLdb()
    _database["ENGINE"] = "auth_server_django.mysql"
    _database["OPTIONS"] = {
        "charset": "utf8mb4",
        # As on PostgreSQL: a statement sees what others have committed, and a conditional UPDATE decides on the newest
        # row. REPEATABLE READ, the default of MariaDB and MySQL, would decide on the newest and read an older one.
        "isolation_level": "read committed",
        "sql_mode": "TRADITIONAL",
        "connect_timeout": _connect_seconds,
        # Longer than any statement of a request; `?read_timeout=3600` in the URL is for a migration of big tables.
        "read_timeout": _statement_seconds or None,
        "write_timeout": _statement_seconds or None,
        "init_command": f"SET SESSION innodb_lock_wait_timeout = {_lock_seconds}",
        **_database.get("OPTIONS", {}),
    }
    # Tokens, key ids and client ids differ by case: see `auth_server_django.checks`.
    _database["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin"}
DATABASES = {"default": _database}

REDIS_URL: str = ServerSettings.REDIS_URL.from_environment()
try:
    REDIS: RedisAddress | None = read_redis_url(REDIS_URL) if REDIS_URL else None
except BadRedisUrl as _problem:
    raise ImproperlyConfigured(str(_problem)) from _problem
_timeout: float = ServerSettings.REDIS_TIMEOUT_SECONDS.from_environment()
CACHES: dict[str, dict[str, Any]]
if REDIS is not None:
    _pool_options = {
        "retry": None,
        "retry_on_timeout": False,
        **REDIS.options.get("CONNECTION_POOL_KWARGS", {}),
    }
    CACHES = {
        "default": {
            "BACKEND": "auth_server_django.redis.cache.GuardedRedisCache",
            "LOCATION": REDIS.location,
            "KEY_PREFIX": "auth",
            "OPTIONS": {
                **REDIS.options,
                "SOCKET_CONNECT_TIMEOUT": _timeout,
                "SOCKET_TIMEOUT": _timeout,
                # redis-py retries by itself and turns 0.2 s into 7 s: none on the request path.
                "CONNECTION_POOL_KWARGS": _pool_options,
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
