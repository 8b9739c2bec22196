"""Probes and figures ask anew in each test."""

from collections.abc import Iterator

import pytest

from auth_server_django.health import forget_answers


@pytest.fixture(autouse=True)
def fresh_answers() -> Iterator[None]:
    forget_answers()
    yield
    forget_answers()
