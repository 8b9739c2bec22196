"""Combinations of settings that are unsafe, or do not work, on a server that others reach (`manage.py check --deploy`).

Each has an id of its own that does not change, so that an operator who knows better may silence one.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from auth_server_django.conf import conf
from core_app.caller import conf as caller
from messaging_app.conf import conf as messaging
from messaging_app.routes import BadRoutes, parse_routes

DEBUG_IN_PUBLIC = "auth_server_django.E010"
PLAIN_HTTP = "auth_server_django.E011"
SQLITE_SHARED = "auth_server_django.E012"
NO_SHARED_CACHE = "auth_server_django.E013"
WEAK_SECRET = "auth_server_django.E014"  # noqa: S105  an id
NETWORK_UNREADABLE = "auth_server_django.E015"
CONSOLE_SMS = "auth_server_django.W010"
DEMO_IN_PUBLIC = "auth_server_django.W011"
CONSOLE_EMAIL = "auth_server_django.W012"
TRUSTS_EVERYBODY = "auth_server_django.W013"
NO_TIME_LIMIT = "auth_server_django.W014"
METRICS_FOR_ALL = "auth_server_django.W015"

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "testserver"}
LONG_ENOUGH = 50
# A whole continent is no proxy.
WIDEST_IPV4, WIDEST_IPV6 = 8, 16


def check_networks(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for networks that cannot be read: found at the start, not at the first request."""
    return [
        Error(f"{name}: {text!r} is no network.", hint="Write it as 10.0.0.0/8 or ::1/128.", id=NETWORK_UNREADABLE)
        for name, networks in (("TRUSTED_PROXIES", caller.TRUSTED_PROXIES), ("METRICS_NETWORKS", conf.METRICS_NETWORKS))
        for text in networks
        if _network(text) is None
    ]  # fmt: skip


def check_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Everything below; registered for `check --deploy`."""
    return [*_public(), *_shared(), *_secret(), *_letters(), *_open_doors()]


def _public() -> Iterator[CheckMessage]:
    """What must not meet strangers."""
    issuer = urlsplit(settings.ISSUER_URL)
    if issuer.hostname in LOCAL_HOSTS:
        return
    if settings.DEBUG:
        yield Error("DEBUG is on and ISSUER_URL is not this machine: strangers see settings and code.",
                    hint="DEBUG=0", id=DEBUG_IN_PUBLIC)  # fmt: skip
    if issuer.scheme != "https":
        yield Error("ISSUER_URL is not https: passwords, codes and tokens go over the network in clear.",
                    hint="Put TLS in front; ISSUER_URL=https://…", id=PLAIN_HTTP)  # fmt: skip
    if settings.DEMO:
        yield Warning("DEMO is on: a demonstration does not belong on a public server.",
                      hint="DEMO=0", id=DEMO_IN_PUBLIC)  # fmt: skip


def _shared() -> Iterator[CheckMessage]:
    """What several processes cannot share."""
    if conf.WEB_PROCESSES <= 1:
        return
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Error("SQLite with several processes: their writers wait for each other, and fail under load.",
                    hint="PostgreSQL or MariaDB (docs/databases.md), or one process.", id=SQLITE_SHARED)  # fmt: skip
    if not settings.REDIS_URL:
        yield Error("Several processes without Redis: a sign-in begun at one is unknown at the next.",
                    hint="Set REDIS_URL, or WEB_PROCESSES=1.", id=NO_SHARED_CACHE)  # fmt: skip


def _secret() -> Iterator[CheckMessage]:
    key: str = settings.SECRET_KEY
    if (
        len(key) < LONG_ENOUGH
        or len(set(key)) < 10
        or key.startswith(("django-insecure", "test-only", "changeme"))
    ):
        yield Error("SECRET_KEY is short or an example: sessions and forms could be forged.",
                    hint="python -c 'import secrets; print(secrets.token_urlsafe(64))'", id=WEAK_SECRET)  # fmt: skip


def _letters() -> Iterator[CheckMessage]:
    """What is sent must go somewhere else than to the log."""
    if settings.DEBUG:
        return
    try:
        names = {name for names in parse_routes(messaging.SMS_ROUTES).values() for name in names}
    except BadRoutes:
        return  # messaging_app.E002 says so
    if names & {"console", "memory"}:
        yield Warning("SMS_ROUTES leads to the console: nobody gets their codes.",
                      hint="docs/sms.md", id=CONSOLE_SMS)  # fmt: skip
    if settings.EMAIL_BACKEND.endswith(
        (".console.EmailBackend", ".locmem.EmailBackend", ".dummy.EmailBackend")
    ):
        yield Warning("EMAIL_URL leads to the console: nobody gets their letters.",
                      hint="EMAIL_URL=smtp+tls://user:password@host:587", id=CONSOLE_EMAIL)  # fmt: skip


def _open_doors() -> Iterator[CheckMessage]:
    if any(_is_wide(name) for name in caller.TRUSTED_PROXIES):
        yield Warning("TRUSTED_PROXIES names half the internet: anybody could choose their own address.",
                      hint="Name the proxies alone.", id=TRUSTS_EVERYBODY)  # fmt: skip
    if any(_is_wide(name) for name in conf.METRICS_NETWORKS):
        yield Warning("METRICS_NETWORKS lets anybody read /metrics.", id=METRICS_FOR_ALL)
    if conf.DATABASE_STATEMENT_SECONDS <= 0:
        yield Warning("DATABASE_STATEMENT_SECONDS is 0: a database that hangs takes every thread with it.",
                      id=NO_TIME_LIMIT)  # fmt: skip


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _is_wide(text: str) -> bool:
    network = _network(text)
    if network is None:
        return False
    return network.prefixlen < (WIDEST_IPV4 if network.version == 4 else WIDEST_IPV6)
