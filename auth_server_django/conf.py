"""The server's own settings: where it lives, what it is connected to, how it is run."""

from core_app.conf import Setting


class ServerSettings:
    DEBUG = Setting(
        False,
        "Development mode: pages explain errors, any SMS country, no HTTPS needed. Never on in production.",
    )
    DEMO = Setting(
        False, "Serve the demonstration client at /demo/ and sent messages at /dev/inbox/. Needs DEBUG."
    )
    SECRET_KEY = Setting(
        "", "Django's secret: sessions, CSRF and form signatures. At least 50 characters.", secret=True
    )
    PRODUCT_NAME = Setting("Phone Login", "What pages and messages call this service.")
    PORT = Setting(8000, "The port `make run` listens on.")
    HOST = Setting("127.0.0.1", "The address `manage.py serve` listens on.")
    WEB_PROCESSES = Setting(1, "Server processes of `manage.py serve`. More than one needs REDIS_URL.")
    WEB_THREADS = Setting(16, "Threads per server process.")
    FAST_LANE = Setting(
        True,
        "Answer the machine endpoints (token, introspection, userinfo, revocation, device authorization, discovery, "
        "keys), and the authorization endpoint where it gives a code at once, in front of Django. "
        "0: by Django's own way; the same answers for more of the processor.",
    )
    WEB_RESTART_SECONDS = Setting(
        60,
        "At SIGHUP the successor of a process has at most so long to get ready. One that does not is "
        "ended, and its predecessor goes on.",
    )
    ISSUER_URL = Setting(
        "",
        "The issuer and public origin, as https://login.example.com (no path). Empty in development: localhost.",
    )
    PUBLIC_URL = Setting(
        "",
        "Development only: the https address of a tunnel to this server, which becomes the issuer; `auto` asks ngrok "
        "or cloudflared on this machine.",
    )
    ALLOWED_HOSTS = Setting[list[str]]([], "Host names answered for. Empty: the issuer's host only.")
    DATABASE_URL = Setting(
        "",
        "postgres://…, mysql://… (MariaDB and MySQL, see docs/databases.md) or sqlite:///path. Empty: db.sqlite3 "
        "beside manage.py.",
        secret=True,
    )
    DATABASE_CONNECT_SECONDS = Setting(2, "How long a request waits for a new connection to the database.")
    DATABASE_STATEMENT_SECONDS = Setting(
        30,
        "Longest statement of a request (PostgreSQL, MariaDB, MySQL); then it is a 503. 0: no limit. "
        "`manage.py migrate` has none.",
    )
    DATABASE_LOCK_SECONDS = Setting(20, "How long a statement waits for a lock (PostgreSQL, MariaDB, MySQL).")
    DATABASE_IDLE_SECONDS = Setting(
        60, "A transaction that does nothing for so long is ended by PostgreSQL. 0: never."
    )
    DATABASE_MIGRATION_LOCK_SECONDS = Setting(
        2, "`manage.py migrate` gives up instead of making everybody wait longer for its locks; run it again."
    )
    DATABASE_POOL_SIZE = Setting(
        0,
        "PostgreSQL: most connections of a process, shared by its threads. 0: each thread keeps one of its own, "
        "which is quicker.",
    )
    DATABASE_PREPARED = Setting(
        True,
        "PostgreSQL: the statements of the hot endpoints are prepared once per connection. Off behind a pooler that "
        "cannot keep them (PgBouncer before 1.22, or with max_prepared_statements = 0).",
    )
    DATABASE_CONN_MAX_AGE = Setting(
        300, "Seconds a database connection is kept; checked before it is used again."
    )
    REDIS_URL = Setting(
        "",
        "redis://…, rediss://… (TLS), redis+sentinel://host,host/service or redis+cluster://host,host, for cache and "
        "sessions. Empty: this process's memory (one process only).",
        secret=True,
    )
    REDIS_TIMEOUT_SECONDS = Setting(0.2, "How long a request waits for Redis before it goes on without.")
    REDIS_BREAKER_FAILURES = Setting(
        3, "After so many failures in a row a process goes on without Redis for a moment."
    )
    REDIS_BREAKER_SECONDS = Setting(
        0.5, "How long that moment is; then one request tries Redis again, at the cost of one time-out."
    )
    CELERY_BROKER_URL = Setting(
        "",
        "Broker of the worker: redis://… or amqp://…. Empty: the Redis of REDIS_URL, which must not be a cluster.",
        secret=True,
    )
    CELERY_QUEUE = Setting(
        "celery", "The queue between beat and workers. Name it when several installations share a broker."
    )
    EMAIL_URL = Setting(
        "consolemail://",
        "Where e-mail goes: smtp://user:password@host:587, smtps://…, consolemail://.",
        secret=True,
    )
    DEFAULT_FROM_EMAIL = Setting("no-reply@localhost", "Sender of e-mail.")
    LANGUAGE_CODE = Setting("en", "Language when the browser asks for none of ours.")
    TIME_ZONE = Setting("UTC", "Time zone of the admin.")
    LOG_FORMAT = Setting("", "json: one object a line; text: for eyes. Empty: json, in development text.")
    ACCESS_LOG = Setting(True, "A log line for each request: route, status, time, address, app and session.")
    METRICS_TOKEN = Setting(
        "", "Whoever sends it as a Bearer token may read /metrics. Empty: nobody by a token.", secret=True
    )
    METRICS_NETWORKS = Setting[list[str]](
        [],
        "Networks (CIDR) that may read /metrics without a token. Behind a proxy on the same machine never its "
        "address: everybody has it.",
    )
    MAX_QUERY_BYTES = Setting(16_384, "Longest query of an address; longer ones get a 414.")
    MAX_HEADER_BYTES = Setting(32_768, "Most bytes of a request's headers; more get a 431.")
    LOG_LEVEL = Setting("INFO", "DEBUG, INFO, WARNING or ERROR.")
    CLEANUP_SECONDS = Setting(
        60, "How long one run of `manage.py cleanup` may take; the worker runs it every hour."
    )
    SESSION_IDLE_SECONDS = Setting(14 * 24 * 3600, "A browser session not used for so long ends.")


conf = ServerSettings()


def from_environment(name: str) -> object:
    """The value of one of these settings while Django's own settings are still being made."""
    setting: Setting[object] = vars(ServerSettings)[name]
    return setting.from_environment()
