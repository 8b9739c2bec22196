"""A person with our own app's tokens, and calls as the app sends them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts_app.models import User
from core_app.caller import Caller
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from custom_scopes_and_policies_app.models import Application
from sessions_app.login import complete_for_app

Send = Callable[..., Any]


@pytest.fixture
def first_party(server: None) -> Application:
    return ensure_first_party_client()


@pytest.fixture
def tokens(somebody: User, first_party: Application) -> dict[str, Any]:
    """Of somebody's phone."""
    return signed_in(somebody)


def signed_in(person: User, *, device: str = "ab" * 32) -> dict[str, Any]:
    caller = Caller(ip="198.51.100.4", user_agent="Phone/1")
    return complete_for_app(user=person, methods=["pwd"], binding=device, caller=caller)


def send(method: str, path: str, *, token: str = "", address: str = "198.51.100.4", **fields: Any) -> Any:
    """One call of an app; a field is sent in the JSON body."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    client = Client(REMOTE_ADDR=address)
    body: dict[str, Any] = {"data": fields, "content_type": "application/json"} if method != "get" else {}
    return getattr(client, method)(path, headers=headers, **body)
