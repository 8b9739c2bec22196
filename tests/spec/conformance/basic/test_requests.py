"""The basic and form_post plans: parameters that change nothing, and requests that are refused as the standard says."""

import base64
import json
from typing import Any

import pytest

from custom_scopes_and_policies_app.models import Grant
from tests.oauth import CALLBACK
from tests.spec.conformance.relying_party import RelyingParty

pytestmark = pytest.mark.requirement("feature:F06")


def test_oidcc_display_page(rp: RelyingParty) -> None:
    """`display=page` does no harm."""
    rp.sign_in(display="page")


def test_oidcc_display_popup(rp: RelyingParty) -> None:
    """`display=popup` does no harm."""
    rp.sign_in(display="popup")


def test_oidcc_ui_locales(rp: RelyingParty) -> None:
    """A language that the pages do not speak does no harm; one that they speak is spoken."""
    rp.sign_in(ui_locales="se")
    rp.browser.client.cookies.clear()
    page = rp.browser.client.get(rp.ask(rp.request(ui_locales="se mn"))["Location"])
    assert page["Content-Language"] == "mn"


def test_oidcc_claims_locales(rp: RelyingParty) -> None:
    """`claims_locales` does no harm."""
    rp.sign_in(claims_locales="se")


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(rp: RelyingParty) -> None:
    """A parameter that no standard knows does no harm."""
    rp.sign_in(extra="foobar")


@pytest.mark.requirement("A06")
def test_oidcc_response_type_missing(rp: RelyingParty) -> None:
    """Without `response_type` the app is told `invalid_request`, and nobody is asked to sign in."""
    response = rp.authorize(response_type=None)
    assert response.error == "invalid_request"
    assert response.pages == ()


@pytest.mark.requirement("A01", "A02")
def test_oidcc_ensure_registered_redirect_uri(rp: RelyingParty) -> None:
    """A redirect URI that is not registered gets a page that says so, and nothing is sent anywhere."""
    answer = rp.ask(rp.request(redirect_uri="https://notes.example/other"))
    assert_is_a_page(answer, "redirect_uri is not registered")


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    rp: RelyingParty,
) -> None:
    """Request objects by reference are not offered, and refused by the error of OIDC Core §6."""
    assert rp.metadata["request_uri_parameter_supported"] is False
    response = rp.authorize(request_uri="https://notes.example/request.jwt")
    assert response.error == "request_uri_not_supported"
    assert response.pages == ()


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    rp: RelyingParty,
) -> None:
    """Request objects by value are not offered, and refused by the error of OIDC Core §6."""
    assert rp.metadata["request_parameter_supported"] is False
    response = rp.authorize(request=request_object(rp.request()))
    assert response.error == "request_not_supported"
    assert response.pages == ()


@pytest.mark.requirement("A02")
def test_oidcc_ensure_request_object_with_redirect_uri(rp: RelyingParty) -> None:
    """A bad redirect URI beside a request object with a good one gets a page: it is looked at first."""
    answer = rp.ask(
        rp.request(redirect_uri="https://evil.example/", request=request_object({"redirect_uri": CALLBACK}))
    )
    assert_is_a_page(answer, "redirect_uri is not registered")


def request_object(claims: dict[str, Any]) -> str:
    """An unsigned one (RFC 7519 §6)."""
    return ".".join([encoded({"alg": "none"}), encoded(claims), ""])


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def assert_is_a_page(answer: Any, text: str) -> None:
    assert answer.status_code == 400
    assert "Location" not in answer
    assert text in answer.content.decode()
    assert "<form" not in answer.content.decode().partition("<main")[2].partition("</main")[0]
    assert not Grant.objects.exists()
