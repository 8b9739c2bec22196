"""Owns under which conditions a run was made: figures without them mean nothing."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import our_server, peer_server
from bench.operations import TOKENS_EACH
from bench.plan import Stage
from bench.services import Services

PACKAGES = ("Django", "django-oauth-toolkit", "granian", "psycopg", "cryptography")


def conditions(
    services: Services, stages: list[Stage], *, pinned: bool, busy: bool, day: str
) -> dict[str, Any]:
    """Machine, versions, settings. `busy`: the machine had other work to do."""
    return {
        "Day": day,
        "Source": _git("describe", "--always", "--dirty"),
        "Machine": f"{_processor()}, {os.cpu_count()} cores, Linux {platform.release()}",
        "Ours": f"Python {platform.python_version()}, {', '.join(_versions())}",
        "How ours is served": "`manage.py serve` with its default threads, DEBUG off, HTTPS behind a proxy",
        "Peer": f"node-oidc-provider {_peer('oidc-provider')}, pg {_peer('pg')}, Node.js {_node()}",
        "Cores": "server core 0; driver, PostgreSQL and Redis core 1 (two processes: everything on both)"
        if pinned
        else "nothing pinned",
        **services.facts,
        "Connections to PostgreSQL": "TCP on the loopback, no TLS, for both",
        "On in ours": "record row for each token, consent and session check, access log, limits, client authentication",
        "Limits that count and never refuse": ", ".join(f"`{name}`" for name in our_server.LIMITS)
        + f" = {our_server.NEVER_REACHED} a minute; those of token, introspection, userinfo and revocation are "
        "counted in Redis once per limit/100 uses",
        "Tokens of introspect and userinfo": f"{TOKENS_EACH} for each connection, asked about again and "
        "again: ours remembers their signatures and, for up to 30 s, that they are alive; the peer looks in its "
        "database each time. Tokens that are asked about once are not measured, and cost ours more than this",
        "Each figure": "; ".join(
            f"{stage.title}: median of {stage.rounds}, {stage.seconds:g} s each after {stage.warm:g} s"
            for stage in stages
        ),
        "busy": busy,
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _versions() -> list[str]:
    return [f"{name} {version(name)}" for name in PACKAGES]


def _peer(package: str) -> str:
    text = (peer_server.FOLDER / "node_modules" / package / "package.json").read_text(encoding="utf-8")
    return next(line.split('"')[3] for line in text.splitlines() if line.strip().startswith('"version"'))


def _node() -> str:
    return _output("node", "--version").lstrip("v")


def _git(*arguments: str) -> str:
    return _output("git", *arguments) or "unknown"


def _output(*command: str) -> str:
    done = subprocess.run(command, cwd=our_server.ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
