"""The same tests for each engine that the database of this run has."""

from typing import Any

import pytest
from django.db import connection

ENGINES = ["portable", "postgresql"] if connection.vendor == "postgresql" else ["portable"]


@pytest.fixture(params=ENGINES)
def engine(request: Any, settings: Any) -> str:
    """The engine that writes in this test."""
    settings.TOKEN_STORE = "portable" if request.param == "portable" else ""
    return str(request.param)
