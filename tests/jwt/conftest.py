"""Keys made once for the whole run, and a ring that starts with one active key of each algorithm."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from core_app import keyring
from jwt_app import keys
from jwt_app.algorithms import ALGORITHMS, public_jwk, write_pem
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
        private = ALGORITHMS[algorithm].generate()
        jwk = public_jwk(private.public_key(), algorithm)
        sealed = keyring.seal(keys.SEAL_PURPOSE, write_pem(private), context=jwk["kid"].encode())
        SigningKey.objects.create(
            kid=jwk["kid"],
            algorithm=algorithm,
            state=state,
            private_sealed=sealed,
            public_jwk=jwk,
            verify_until=until,
        )
        if forget:
            keys.forget_cached_keys()
        return jwk["kid"]

    return add


@pytest.fixture
def claims() -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": "https://api.example.com", "sub": "somebody", "iat": now, "exp": now + 300}
