"""Owns what is measured: a server's address, paths and clients, read from conf/*.toml.

A file describes a software; its `[variants]` are the ways it is measured in (signing algorithm, form of access tokens).
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench import wire

CONF = Path(__file__).resolve().parent / "conf"


class BadConf(Exception):
    """A conf file lacks something; the message names file and key."""


@dataclass(frozen=True, slots=True)
class Client:
    """A registered app that authenticates with client_secret_basic."""

    id: str
    secret: str
    scope: str = ""
    redirect_uri: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One way to measure one server. `address` is host and port, `headers` go with every request."""

    name: str
    algorithm: str
    access_tokens: str
    port: int
    paths: dict[str, str]
    web: Client
    machine: Client
    user: str
    password: str
    public: str = ""
    headers: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The origin that the server knows as its own."""
        return self.public or f"http://127.0.0.1:{self.port}"

    @property
    def head(self) -> str:
        """The header lines that every request has."""
        return f"Host: {urlsplit(self.origin).netloc}\r\n{self.headers}"

    def get(self, name: str, headers: str = "") -> bytes:
        """A GET of one of `paths`."""
        return wire.get(self.paths[name], self.head + headers)

    def call(self, name: str, form: dict[str, str], client: Client) -> bytes:
        """A POST to one of `paths`, as `client`."""
        return wire.post(self.paths[name], form, self.head + wire.basic(client.id, client.secret))

    def authorize(self, challenge: str, jar: dict[str, str]) -> bytes:
        """An authorization request with PKCE (RFC 7636) by whoever has these cookies."""
        return wire.get(self.authorize_path(challenge), self.head + wire.cookies(jar))

    def authorize_path(self, challenge: str) -> str:
        """Path and query of an authorization request."""
        query = {
            "response_type": "code",
            "client_id": self.web.id,
            "redirect_uri": self.web.redirect_uri,
            "scope": self.web.scope,
            "state": "st8-st8-st8",
            "nonce": "n0nce-n0nce",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.paths['authorize']}?{urlencode(query)}"


def read_targets(file: str, secret: str, **changes: Any) -> dict[str, Target]:
    """The variants of conf/`file`.toml, by name. `secret` is that of both clients, `changes` replace fields.

    Raises BadConf.
    """
    data = tomllib.loads((CONF / f"{file}.toml").read_text(encoding="utf-8"))
    try:
        return {name: _target(file, name, data, secret, changes) for name in data["variants"]}
    except KeyError as error:
        raise BadConf(f"{file}.toml lacks {error}") from error


def _target(file: str, name: str, data: dict[str, Any], secret: str, changes: dict[str, Any]) -> Target:
    variant, web, machine = data["variants"][name], data["web"], data["machine"]
    fields = {
        "name": f"{file}/{name}",
        "algorithm": variant["algorithm"],
        "access_tokens": variant["access_tokens"],
        "port": variant.get("port") or data["port"],
        "paths": data["paths"],
        "web": Client(web["id"].format(variant=name), secret, web["scope"], web["redirect_uri"]),
        "machine": Client(machine["id"].format(variant=name), secret, machine["scope"]),
        "user": data["login"]["user"],
        "password": data["login"]["password"],
        "public": data.get("public", ""),
        "headers": "".join(f"{key}: {value}\r\n" for key, value in data.get("headers", {}).items()),
        "environment": variant.get("environment", {}),
    }
    return Target(**(fields | changes))
