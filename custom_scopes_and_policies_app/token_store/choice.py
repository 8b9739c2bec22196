"""Which engine: nothing else in the server asks what kind of database there is."""

from functools import cache

from django.db import connection

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.token_store.engine import Engine
from custom_scopes_and_policies_app.token_store.portable import PortableEngine
from custom_scopes_and_policies_app.token_store.postgresql import PostgresqlEngine

PORTABLE = "portable"
_portable, _postgresql = PortableEngine(), PostgresqlEngine()


@cache
def _quickest() -> Engine:
    """A process has one kind of database for as long as it lives."""
    return _postgresql if connection.vendor == "postgresql" else _portable


def engine() -> Engine:
    """The quickest engine for the database of this connection, unless `TOKEN_STORE` names the portable one."""
    return _portable if conf.TOKEN_STORE == PORTABLE else _quickest()
