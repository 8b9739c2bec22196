"""Keys made once for the whole run, and a ring that starts with one active key of each algorithm."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from jwt_app import keys
from jwt_app.algorithms import ALGORITHMS, write_pem
from jwt_app.models import SigningKey

ISSUER = "http://testserver"


@pytest.fixture(scope="session")
def pems() -> dict[str, bytes]:
    return {name: write_pem(rules.generate()) for name, rules in ALGORITHMS.items()}


@pytest.fixture(autouse=True)
def fresh_snapshot() -> Iterator[None]:
    """A snapshot of the ring never outlives the test whose database it describes."""
    keys.forget_cached_keys()
    yield
    keys.forget_cached_keys()


@pytest.fixture
def ring(db: None, pems: dict[str, bytes]) -> dict[str, keys.LoadedKey]:
    return {name: keys.ensure_active_key(algorithm=name, pem=pem) for name, pem in pems.items()}


@pytest.fixture
def add_key(db: None) -> Callable[..., str]:
    """Puts one more key into the ring, as the rotation of another process would; gives its kid."""

    def add(algorithm: str, state: str, until: datetime | None = None, *, forget: bool = True) -> str:
        row = keys.new_row(ALGORITHMS[algorithm].generate(), algorithm, state=SigningKey.State(state))
        row.next_slot = algorithm if state == "next" else None
        row.verify_until = until
        row.save()
        if forget:
            keys.forget_cached_keys()
        return row.kid

    return add


@pytest.fixture
def claims() -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": "https://api.example.com", "sub": "somebody", "iat": now, "exp": now + 300}
