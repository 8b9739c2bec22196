"""RFC 8628 §3.3 and §5: the person's side, as a browser without scripts walks it."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization, StoredRequest
from limits_app.budgets import used
from obligations_app.models import OAuthTokenLog
from tests.oauth import PASSWORD, PHONE, OAuthBrowser
from tests.spec.rfc8628.devices import ENTER, Television, consent_page, decide, enter, follow, form_error
from tests.ui.page import assert_is_sound, read

pytestmark = pytest.mark.requirement("feature:F04")

DOES_NOT_WORK = "This code does not work. Look for a new one on your device."


def test_a_stranger_signs_in_first_and_keeps_the_code(
    tv: Television, somebody: User, stranger: OAuthBrowser
) -> None:
    tv.ask()
    complete = tv.codes["verification_uri_complete"]
    answer = stranger.client.get(f"{ENTER}?{urlsplit(complete).query}")
    assert answer.status_code == 303
    assert answer["Location"].startswith("/login/")
    back = parse_qs(urlsplit(answer["Location"]).query)["next"][0]
    signed_in = stranger.client.post(answer["Location"], {"phone": PHONE, "password": PASSWORD})
    assert signed_in["Location"] == back == f"{ENTER}?user_code={tv.codes['user_code']}"
    page = read(stranger.client.get(back))
    field = next(one for one in page.all("input") if one.get("name") == "user_code")
    assert field["value"] == tv.codes["user_code"]


@pytest.mark.requirement("A13")
def test_a_typed_code_cannot_be_read_where_its_request_waits(
    tv: Television, browser_of_somebody: OAuthBrowser
) -> None:
    tv.ask()
    consent_page(browser_of_somebody, tv.codes["user_code"])
    waiting = str(list(StoredRequest.objects.values()))
    assert waiting != "[]"
    assert tv.codes["user_code"] not in waiting
    assert tv.codes["user_code"].replace("-", "") not in waiting


def test_the_pages_are_sound(tv: Television, browser_of_somebody: OAuthBrowser) -> None:
    tv.ask()
    client = browser_of_somebody.client
    assert_is_sound(read(client.get(ENTER)))
    assert_is_sound(read(enter(browser_of_somebody, "nonsense")))
    assert_is_sound(read(client.get(consent_page(browser_of_somebody, tv.codes["user_code"]))))
    for name in ("approved", "denied", "over"):
        assert_is_sound(read(client.get(f"{ENTER}{name}/")))


@pytest.mark.requirement("B12", "K04")
def test_a_link_with_the_code_decides_nothing(
    tv: Television, browser_of_somebody: OAuthBrowser, tv_app: Application
) -> None:
    tv_app.is_first_party = True
    tv_app.save()
    tv.ask()
    answer = browser_of_somebody.client.get(ENTER, {"user_code": tv.codes["user_code"]})
    assert answer.status_code == 200
    assert tv.error() == "authorization_pending"
    # Not even after the button, and not for an app of our own: the page of consent comes in between.
    shown = browser_of_somebody.client.get(consent_page(browser_of_somebody, tv.codes["user_code"]))
    assert "Only continue if you started this yourself" in shown.content.decode()
    assert DeviceAuthorization.objects.get().state == "pending"


@pytest.mark.requirement("L07")
def test_the_form_wants_its_token(tv: Television, browser_of_somebody: OAuthBrowser) -> None:
    tv.ask()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser_of_somebody.client.cookies
    assert strict.post(ENTER, {"user_code": tv.codes["user_code"]}).status_code == 403


@pytest.mark.parametrize(
    "write",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')} ",
        lambda code: code.replace("-", "—"),
        lambda code: code.translate(str.maketrans("BCHKMPTX", "ВСНКМРТХ")),  # noqa: RUF001
    ],
)
def test_a_code_may_be_typed_in_many_ways(
    tv: Television, browser_of_somebody: OAuthBrowser, write: object
) -> None:
    tv.ask()
    assert callable(write)
    assert enter(browser_of_somebody, write(tv.codes["user_code"])).status_code == 303


def test_the_consent_page_shows_the_code_and_where_the_device_is(
    tv_app: Application, browser_of_somebody: OAuthBrowser
) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    near = Television(http=Client(HTTP_USER_AGENT=agent))
    near.ask()
    text = browser_of_somebody.client.get(
        consent_page(browser_of_somebody, near.codes["user_code"])
    ).content.decode()
    assert near.codes["user_code"] in text
    assert "Firefox on Linux" in text
    assert "In the same network as you" in text
    far = Television(http=Client(REMOTE_ADDR="203.0.113.77"))
    far.ask()
    text = browser_of_somebody.client.get(
        consent_page(browser_of_somebody, far.codes["user_code"])
    ).content.decode()
    assert "In another network than you" in text
    assert "203.0.113.x" in text
    assert "203.0.113.77" not in text


@pytest.mark.parametrize("typed", ["", "ABC", "1234-5678", "WDJB-MJHTX", "🙂" * 8, "x" * 500])
def test_what_is_no_code_is_said_and_not_counted(
    tv: Television, browser_of_somebody: OAuthBrowser, somebody: User, typed: str
) -> None:
    answer = enter(browser_of_somebody, typed)
    assert answer.status_code == 400
    assert form_error(answer)
    assert used("device.code.person", str(somebody.sub), 3600) == 0


def test_wrong_old_and_used_codes_get_the_same_answer(
    tv: Television, browser_of_somebody: OAuthBrowser
) -> None:
    browser = browser_of_somebody
    assert form_error(enter(browser, "BBBB-BBBB")) == DOES_NOT_WORK
    tv.ask()
    decide(browser, tv.codes["user_code"])
    assert form_error(enter(browser, tv.codes["user_code"])) == DOES_NOT_WORK
    tv.ask()
    decide(browser, tv.codes["user_code"], decision="deny")
    assert form_error(enter(browser, tv.codes["user_code"])) == DOES_NOT_WORK
    tv.ask()
    with time_machine.travel(timezone.now() + timedelta(seconds=600), tick=False):
        answer = enter(browser, tv.codes["user_code"])
        assert answer.status_code == 400
        assert form_error(answer) == DOES_NOT_WORK
    assert OAuthTokenLog.objects.filter(event="device.code_wrong").count() == 4


def test_a_code_that_runs_out_while_the_page_is_open_is_said_kindly(
    tv: Television, browser_of_somebody: OAuthBrowser
) -> None:
    tv.ask()
    page = consent_page(browser_of_somebody, tv.codes["user_code"])
    with time_machine.travel(timezone.now() + timedelta(seconds=601), tick=False):
        answer = follow(browser_of_somebody, browser_of_somebody.consent(page))
    assert answer.status_code == 400
    assert "This code does not work any more" in answer.content.decode()
    assert DeviceAuthorization.objects.get().state == "pending"
