"""Every module of the basic plan runs twice: the form_post plan is the same with that response mode."""

import pytest

from tests.spec.conformance.relying_party import RelyingParty


@pytest.fixture(params=["query", "form_post"], autouse=True)
def response_mode(request: pytest.FixtureRequest, rp: RelyingParty) -> str:
    rp.response_mode = request.param
    return rp.response_mode
