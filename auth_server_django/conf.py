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
    ISSUER_URL = Setting(
        "",
        "The issuer and public origin, as https://login.example.com (no path). Empty in development: localhost.",
    )
    ALLOWED_HOSTS = Setting[list[str]]([], "Host names answered for. Empty: the issuer's host only.")
    DATABASE_URL = Setting(
        "",
        "postgres://…, mysql://… (MariaDB and MySQL, see docs/databases.md) or sqlite:///path. Empty: db.sqlite3 "
        "beside manage.py.",
        secret=True,
    )
    DATABASE_CONN_MAX_AGE = Setting(
        300, "Seconds a database connection is kept; checked before it is used again."
    )
    REDIS_URL = Setting(
        "", "redis://… for cache and sessions. Empty: this process's memory (one process only).", secret=True
    )
    REDIS_TIMEOUT_SECONDS = Setting(0.2, "How long a request waits for Redis before it goes on without.")
    CELERY_BROKER_URL = Setting(
        "", "Broker of the worker: redis://… or amqp://…. Empty: the Redis of REDIS_URL.", secret=True
    )
    EMAIL_URL = Setting(
        "consolemail://",
        "Where e-mail goes: smtp://user:password@host:587, smtps://…, consolemail://.",
        secret=True,
    )
    DEFAULT_FROM_EMAIL = Setting("no-reply@localhost", "Sender of e-mail.")
    LANGUAGE_CODE = Setting("en", "Language when the browser asks for none of ours.")
    TIME_ZONE = Setting("UTC", "Time zone of the admin.")
    LOG_LEVEL = Setting("INFO", "DEBUG, INFO, WARNING or ERROR.")
    SESSION_IDLE_SECONDS = Setting(14 * 24 * 3600, "A browser session not used for so long ends.")


conf = ServerSettings()


def from_environment(name: str) -> object:
    """The value of one of these settings while Django's own settings are still being made."""
    setting: Setting[object] = vars(ServerSettings)[name]
    return setting.from_environment()
