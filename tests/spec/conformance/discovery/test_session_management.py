"""The session management plan: the iframe is not offered, and nothing pretends that it is."""

import pytest
from django.test import Client

from tests.spec.conformance.relying_party import DISCOVERY, RelyingParty


@pytest.mark.requirement("D12")
def test_oidcc_session_management_discovery_endpoint_verification(server: None) -> None:
    """Discovery names no `check_session_iframe`, so that no app waits for one."""
    document = Client().get(DISCOVERY).json()
    assert "check_session_iframe" not in document
    assert document["end_session_endpoint"] == "http://testserver/o/logout/"


@pytest.mark.requirement("I05")
def test_oidcc_session_management_rp_initiated_logout(rp: RelyingParty) -> None:
    """No response carries a `session_state`; that a session is over is learnt from `prompt=none`."""
    sign_in = rp.sign_in()
    assert "session_state" not in sign_in.response.parameters
    rp.browser.client.get(rp.metadata["end_session_endpoint"], {"id_token_hint": sign_in.tokens["id_token"]})
    response = rp.authorize(prompt="none")
    assert response.error == "login_required"
    assert "session_state" not in response.parameters
