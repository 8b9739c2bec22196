"""Clients: read often and changed rarely, so each process keeps them for at most a second."""

import time
from collections.abc import Sequence
from threading import Lock
from typing import TypedDict, Unpack

from django.db import transaction

from core_app.caller import Caller
from custom_scopes_and_policies_app.client_keys import next_secret, prepare_signing
from custom_scopes_and_policies_app.client_secrets import store_secret
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import (
    AUTHORIZATION_CODE,
    DEVICE_CODE,
    REFRESH_TOKEN,
    default_grant_types,
    default_response_modes,
)
from custom_scopes_and_policies_app.signals import client_created

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
    # The gate asks for the groups at every token: they are kept with the client.
    clients = Application.objects.prefetch_related("allowed_groups")
    client = clients.filter(client_id=client_id, is_enabled=True).first()
    with _lock:
        if len(_cached) >= MAX_CACHED:
            _cached.clear()
        _cached[client_id] = (now + min(conf.CLIENT_CACHE_SECONDS, 1.0), client)
    return client


def is_cached_client(client_id: str) -> bool:
    """Whether this process has just worked with an enabled client of that id. For log lines: costs no SQL, ever."""
    known = _cached.get(client_id)
    return known is not None and known[1] is not None


def forget_cached_clients() -> None:
    """Drop this process's copies: a client was changed here, or a test starts."""
    with _lock:
        _cached.clear()


class Registration(TypedDict, total=False):
    """What may be said of a client besides its name, its id and its secret; what is left out is as usual."""

    redirect_uris: Sequence[str]
    post_logout_redirect_uris: Sequence[str]
    grant_types: Sequence[str]
    response_modes: Sequence[str]
    scopes: str
    auth_method: str
    algorithm: str
    required_acr: str
    is_first_party: bool
    may_introspect: bool
    origins: Sequence[str]
    audiences: Sequence[str]
    backchannel_logout_uri: str
    frontchannel_logout_uri: str


def create_client(
    *,
    name: str,
    client_id: str = "",
    client_secret: str = "",
    is_public: bool = False,
    caller: Caller | None = None,
    **registration: Unpack[Registration],
) -> tuple[Application, str]:
    """Register a client; returns it with its secret, which exists in clear only now ("" for a public client).

    Raises django.core.exceptions.ValidationError by field when the registration is inconsistent.
    """
    client = _unsaved(name, registration, is_public=is_public)
    if client_id:
        client.client_id = client_id
    client.full_clean()
    prepare_signing(client)
    secret = "" if is_public else client_secret or next_secret(client)
    if secret:
        client.client_secrets = [dict(store_secret(secret))]
    with transaction.atomic():
        client.save()
        client_created.emit(client_id=client.client_id, subject=client.name, caller=caller)
    return client, secret


def _unsaved(name: str, registration: Registration, *, is_public: bool) -> Application:
    usual_method = Application.AuthMethod.NONE if is_public else Application.AuthMethod.BASIC
    redirect_uris = registration.get("redirect_uris", ())
    return Application(
        name=name,
        client_type=Application.CLIENT_PUBLIC if is_public else Application.CLIENT_CONFIDENTIAL,
        token_endpoint_auth_method=registration.get("auth_method") or usual_method,
        redirect_uris=" ".join(redirect_uris),
        post_logout_redirect_uris=" ".join(registration.get("post_logout_redirect_uris", ())),
        grant_types=list(registration.get("grant_types", ())) or _usual_grant_types(redirect_uris),
        response_modes=list(registration.get("response_modes", ())) or default_response_modes(),
        allowed_scopes=registration.get("scopes", ""),
        algorithm=registration.get("algorithm") or Application.Algorithm.RS256,
        required_acr=registration.get("required_acr", ""),
        is_first_party=registration.get("is_first_party", False),
        may_introspect=registration.get("may_introspect", False),
        allowed_origins=" ".join(registration.get("origins", ())),
        audiences=" ".join(registration.get("audiences", ())),
        backchannel_logout_uri=registration.get("backchannel_logout_uri", ""),
        frontchannel_logout_uri=registration.get("frontchannel_logout_uri", ""),
    )


def _usual_grant_types(redirect_uris: Sequence[str]) -> list[str]:
    return default_grant_types() if redirect_uris else ["client_credentials"]


def may_refresh(client: Application) -> bool:
    """Whether this client gets refresh tokens for its codes."""
    has_codes = AUTHORIZATION_CODE in client.grant_types or DEVICE_CODE in client.grant_types
    return has_codes and REFRESH_TOKEN in client.grant_types
