"""Access taken back at the very moment at which a code or an approval is written: what is written then is void."""

import pytest
from django.test import Client
from django.utils import timezone

from custom_scopes_and_policies_app.models import Application, Consent, RefreshToken, Scope
from custom_scopes_and_policies_app.scopes import forget_catalogue
from obligations_app.models import OAuthTokenLog
from tests.oauth import OAuthBrowser, exchange

pytestmark = pytest.mark.requirement("K03", "B11")
WHOLE = {"level-phone": "full"}


def assert_void(code: str) -> None:
    answer = exchange(Client(), code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "access_token" not in answer.json()
    assert not RefreshToken.objects.exists()
    assert OAuthTokenLog.objects.filter(event="token.refused").latest("at").reason == "consent_withdrawn"


def test_a_code_that_was_written_beside_the_withdrawal_gives_nothing(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code()
    # Taking it back deletes the codes it sees; this one it did not see.
    Consent.objects.update(withdrawn_at=timezone.now())
    assert_void(code)


@pytest.mark.parametrize("left", [{"openid": "", "phone": "masked"}, {"openid": ""}])
def test_a_code_that_gives_more_than_is_left_gives_nothing(
    browser_of_somebody: OAuthBrowser, app: Application, left: dict[str, str]
) -> None:
    code = browser_of_somebody.code(scope="openid phone", consent=WHOLE)
    Consent.objects.update(scopes=left)
    assert_void(code)


def test_a_code_that_gives_less_than_is_allowed_is_good(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    code = browser_of_somebody.code(scope="openid phone", consent={"level-phone": "masked"})
    Consent.objects.update(scopes={"openid": "", "phone": "full", "email": "full"})
    assert exchange(Client(), code).status_code == 200


def test_what_is_given_without_asking_needs_no_consent(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.code()
    Consent.objects.update(withdrawn_at=timezone.now())
    Scope.objects.filter(name="read").update(approval=Scope.Approval.AUTOMATIC)
    forget_catalogue()
    assert exchange(Client(), browser_of_somebody.code(scope="read")).status_code == 200
