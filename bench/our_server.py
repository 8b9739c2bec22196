"""Owns this server in its production configuration: DEBUG off, HTTPS behind a proxy, PostgreSQL, Redis, new secrets.

Nothing a user has is switched off; limits count every request and are set too high to refuse one.
"""

import contextlib
import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.running import inherited, run, running
from bench.services import Services
from bench.target import Target, read_targets
from scripts.databases import fresh_database

ROOT = Path(__file__).resolve().parent.parent
# Uses in a minute: ten thousand a second.
NEVER_REACHED = "600000"
# These count each request, as they do everywhere, and refuse none of so many that come from one address.
LIMITS = (
    "TOKEN_REQUESTS_PER_ADDRESS", "TOKEN_REQUESTS_PER_CLIENT", "INTROSPECTIONS_PER_ADDRESS",
    "INTROSPECTIONS_PER_CLIENT", "USERINFO_REQUESTS_PER_ADDRESS", "REVOCATIONS_PER_ADDRESS",
    "AUTHORIZATION_REQUESTS_PER_PERSON", "AUTHORIZATION_REQUESTS_PER_ADDRESS",
)  # fmt: skip
# Set to nothing on purpose: settings read `.env` only for names that the environment does not have.
NOT_FROM_DOTENV = ("CELERY_BROKER_URL", "PUBLIC_URL", "METRICS_NETWORKS", "METRICS_TOKEN", "JWT_PRIVATE_KEY")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database with everything in it that the targets need, and the environment of a server on it."""

    environment: Mapping[str, str]
    targets: Mapping[str, Target]
    folder: Path

    def run(self, module: str, *arguments: str, given: str = "") -> str:
        """Run a module of the project beside the server; what it printed. Raises DidNotStart."""
        command = [sys.executable, "-m", module, *arguments]
        return run(command, folder=ROOT, environment=self.environment, given=given)


@contextlib.contextmanager
def prepared(services: Services, folder: Path, *, people: int, **changes: str) -> Iterator[Prepared]:
    """Make database, keys, clients and people, and remove the database at the end. Raises DidNotStart.

    `changes` are environment variables on top.
    """
    # Hex: a secret that begins with a dash would be taken for an option.
    secret = secrets.token_hex(32)
    targets = read_targets("ours", secret)
    one = next(iter(targets.values()))
    with fresh_database(services.database_url, folder) as database:
        name = database.rpartition("/")[2].partition("?")[0]
        environment = production(services, database=services.database(name), issuer=one.origin) | changes
        commands = [["collectstatic", "--noinput", "--verbosity", "0"], ["bootstrap"]]
        for target in targets.values():
            commands += _clients(target)
        for number in range(people):
            phone = one.user.format(n=number)
            commands.append(["create_person", "--phone", phone, "--password", one.password])
        ours = Prepared(environment, targets, folder)
        ours.run("bench.seed", given=json.dumps(commands))
        yield ours


def production(services: Services, *, database: str, issuer: str) -> dict[str, str]:
    """The environment of a production server, with secrets of its own."""
    return {
        **inherited(),
        **dict.fromkeys(NOT_FROM_DOTENV, ""),
        **dict.fromkeys(LIMITS, NEVER_REACHED),
        "DJANGO_SETTINGS_MODULE": "auth_server_django.settings",
        "DEBUG": "0",
        "DEMO": "0",
        "ISSUER_URL": issuer,
        "ALLOWED_HOSTS": "",
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "MASTER_KEYS": secrets.token_urlsafe(32),
        "JWT_ALGORITHM": "RS256",
        "DATABASE_URL": database,
        "REDIS_URL": services.redis_url,
        "PHONE_COUNTRIES": "MN",
        "SMS_ROUTES": "*=console",
        "EMAIL_URL": "consolemail://",
        # The defaults, pinned: a `.env` in this checkout must not make ours quicker or slower.
        "ACCESS_LOG": "1",
        "LOG_LEVEL": "INFO",
        "TOKEN_STORE": "",
        "LIVENESS_SECONDS": "30",
    }


@contextlib.contextmanager
def serving(ours: Prepared, *, processes: int, cores: set[int], port: int = 0) -> Iterator[int]:
    """Serve as the container does (`manage.py serve`); yields the process group. Raises DidNotStart."""
    port = port or next(iter(ours.targets.values())).port
    with running(
        [sys.executable, "manage.py", "serve", "--host", "127.0.0.1", "--port", str(port)],
        port=port,
        folder=ROOT,
        environment={**ours.environment, "WEB_PROCESSES": str(processes)},
        log=ours.folder / f"ours-{processes}-{port}.log",
        cores=cores,
    ) as group:
        yield group


def _clients(target: Target) -> list[list[str]]:
    """The commands that register an app for people and one for machines, which is a resource server too."""
    web, machine = target.web, target.machine
    shared = ["--algorithm", target.algorithm, "--client-secret", web.secret]
    return [
        ["create_client", "--name", web.id, "--client-id", web.id, *shared, "--scope", web.scope,
         "--redirect-uri", web.redirect_uri],
        ["create_client", "--name", machine.id, "--client-id", machine.id, *shared, "--scope", machine.scope,
         "--grant-type", "client_credentials", "--may-introspect"],
    ]  # fmt: skip
