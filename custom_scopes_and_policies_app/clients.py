"""Clients: read often and changed rarely, so each process keeps them for at most a second."""

import time
from collections.abc import Sequence
from threading import Lock

from django.db import transaction

from core_app.caller import Caller
from custom_scopes_and_policies_app.client_secrets import new_secret, store_secret
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import (
    AUTHORIZATION_CODE,
    REFRESH_TOKEN,
    default_grant_types,
)
from custom_scopes_and_policies_app.signals import client_created
from jwt_app.keys import ensure_active_key

MAX_CACHED = 2000
MAX_CLIENT_ID = 255

_cached: dict[str, tuple[float, Application | None]] = {}
_lock = Lock()


def find_client(client_id: str | None) -> Application | None:
    """The enabled client of that id, or None. Costs no SQL when asked again within `CLIENT_CACHE_SECONDS`."""
    if not client_id or len(client_id) > MAX_CLIENT_ID or "\x00" in client_id:
        return None
    now = time.monotonic()
    known = _cached.get(client_id)
    if known is not None and known[0] > now:
        return known[1]
    client = Application.objects.filter(client_id=client_id, is_enabled=True).first()
    with _lock:
        if len(_cached) >= MAX_CACHED:
            _cached.clear()
        _cached[client_id] = (now + min(conf.CLIENT_CACHE_SECONDS, 1.0), client)
    return client


def forget_cached_clients() -> None:
    """Drop this process's copies: a client was changed here, or a test starts."""
    with _lock:
        _cached.clear()


def create_client(
    *,
    name: str,
    client_id: str = "",
    client_secret: str = "",
    is_public: bool = False,
    redirect_uris: Sequence[str] = (),
    post_logout_redirect_uris: Sequence[str] = (),
    grant_types: Sequence[str] = (),
    scopes: str = "",
    auth_method: str = "",
    algorithm: str = "",
    is_first_party: bool = False,
    may_introspect: bool = False,
    origins: Sequence[str] = (),
    caller: Caller | None = None,
) -> tuple[Application, str]:
    """Register a client; returns it with its secret, which exists in clear only now ("" for a public client).

    Raises django.core.exceptions.ValidationError by field when the registration is inconsistent.
    """
    client = Application(
        name=name,
        client_type=Application.CLIENT_PUBLIC if is_public else Application.CLIENT_CONFIDENTIAL,
        token_endpoint_auth_method=auth_method or ("none" if is_public else "client_secret_basic"),
        redirect_uris=" ".join(redirect_uris),
        post_logout_redirect_uris=" ".join(post_logout_redirect_uris),
        grant_types=list(grant_types) or _usual_grant_types(redirect_uris),
        allowed_scopes=scopes,
        is_first_party=is_first_party,
        may_introspect=may_introspect,
        allowed_origins=" ".join(origins),
    )
    if client_id:
        client.client_id = client_id
    if algorithm:
        client.algorithm = algorithm
    secret = "" if is_public else client_secret or new_secret()
    if secret:
        client.client_secrets = [dict(store_secret(secret))]
    client.full_clean()
    with transaction.atomic():
        client.save()
        ensure_active_key(algorithm=str(client.algorithm))
        client_created.emit(client_id=client.client_id, subject=client.name, caller=caller)
    return client, secret


def _usual_grant_types(redirect_uris: Sequence[str]) -> list[str]:
    return default_grant_types() if redirect_uris else ["client_credentials"]


def may_refresh(client: Application) -> bool:
    """Whether this client gets refresh tokens for its codes."""
    return AUTHORIZATION_CODE in client.grant_types and REFRESH_TOKEN in client.grant_types
