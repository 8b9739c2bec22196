"""The page of one person: everything that operators need of them in one place, and nothing that they must not see."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from limits_app import blocks
from limits_app.locks import reserve_attempt
from messaging_app.notices import tell_by_sms
from mfa_app.models import BackupCode, Passkey, TotpFactor
from sessions_app.models import SsoSession
from social_login_app.models import SocialIdentity
from tests.oauth import PHONE, OAuthBrowser
from tests.operators import sign_in_as, sign_in_operator

MOST_STATEMENTS = 25
# No example of a help text.
NUMBER = "+97688554477"


def _page(person: User) -> str:
    return reverse("admin:accounts_app_user_change", args=[person.pk])


def _with_everything(
    browser: OAuthBrowser, somebody: User, clock: time_machine.Traveller | None = None
) -> None:
    """Factors, a linked account, sessions, an app, locks, messages and a log."""
    now = timezone.now()
    browser.tokens()
    if clock is not None:
        clock.shift(timedelta(seconds=1))  # what comes now is newer
    TotpFactor.objects.create(
        user=somebody, name="Old phone", secret_sealed="canary-secret", confirmed_at=now
    )
    Passkey.objects.create(
        user=somebody, name="Blue key", credential_hash="canary-hash", credential_id=b"x", public_key=b"x"
    )
    BackupCode.objects.create(user=somebody, code_hash="canary-code")
    SocialIdentity.objects.create(
        user=somebody, issuer="https://accounts.google.com", subject="canary-subject", label="oyun@gmail.com"
    )
    for number in range(12):
        reserve_attempt(account=somebody.phone or "", ip="198.51.100.9", device=f"device-{number}").failed()
        tell_by_sms(somebody, to=somebody.phone or "", template="password_changed", context={})
    blocks.block(kind="phone", key=somebody.phone or "")


@pytest.mark.requirement("F61", "C12")
def test_everything_about_a_person_is_on_one_page_in_few_statements(
    browser_of_somebody: OAuthBrowser,
    app: Application,
    somebody: User,
    standing_still: time_machine.Traveller,
) -> None:
    _with_everything(browser_of_somebody, somebody, standing_still)
    operator = sign_in_operator(Client())
    operator.get(_page(somebody))
    with CaptureQueriesContext(connection) as statements:
        answer = operator.get(_page(somebody))
    assert answer.status_code == 200
    assert len(statements) <= MOST_STATEMENTS, [found["sql"][:120] for found in statements]
    page = answer.content.decode()
    for words in (
        "Oyun Bat", "+976 •••••• 33", "oyun@example.com", str(somebody.sub),
        "Old phone", "Blue key", "1 unused backup code.", "accounts.google.com", "oyun@gmail.com",
        "Proven by", "password (aal1)", "Notes", "password_changed", "Their number is blocked",
        "Somebody signed in on a device.",
    ):  # fmt: skip
        assert words in page, words
    sid = SsoSession.objects.get(user=somebody).sid
    assert reverse("admin:accounts_app_user_act_on", args=[somebody.pk, "end-session", sid]) in page
    assert reverse("admin:obligations_app_oauthtokenlog_changelist", query={"q": str(somebody.sub)}) in page
    assert page.count("password_changed</td>") == 10
    for secret in ("canary-", PHONE, PHONE[4:], "argon2"):
        assert secret not in page


@pytest.mark.requirement("F61")
def test_a_person_of_whom_nothing_is_known_has_sentences_instead_of_tables(server: None) -> None:
    person = User.objects.create(name="Nobody Yet")
    page = sign_in_operator(Client()).get(_page(person)).content.decode()
    for words in (
        "None: a password or a code is enough to sign in.", "No account elsewhere opens this one.",
        "Signed in nowhere.", "No app may use this account.", "No failed attempts are counted.",
        "Nothing was written to this person.", "Nothing is recorded of this person.",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.requirement("L05")
def test_the_log_is_for_whoever_may_see_it(browser_of_somebody: OAuthBrowser, somebody: User) -> None:
    clerk = User.objects.create(phone="+97688003344", is_staff=True)
    browser = Client()
    sign_in_as(browser, clerk)
    assert browser.get(_page(somebody)).status_code == 403
    words = "Somebody signed in on a device."
    for permission, is_shown in (("view_user", False), ("view_person_log", True)):
        clerk.user_permissions.add(Permission.objects.get(codename=permission))
        page = browser.get(_page(somebody)).content.decode()
        assert (words in page) is is_shown
        # The whole log has a permission of its own.
        assert "oauthtokenlog" not in page


@pytest.mark.requirement("L03", "F61")
def test_no_page_of_the_administration_shows_a_full_number(
    browser_of_somebody: OAuthBrowser, app: Application, somebody: User
) -> None:
    """Of every list, and of every page that a list or the person's page leads to."""
    somebody.phone, somebody.name, somebody.given_name, somebody.family_name = NUMBER, "", "", ""
    somebody.save()
    _with_everything(browser_of_somebody, somebody)
    operator = sign_in_operator(Client())
    act = f"{_page(somebody).removesuffix('change/')}act"
    for key in ("unlock", "require-password", "end-sessions", "recovery", "lock"):
        _clean(operator.get(f"{act}/{key}/"))
        chosen = {"choice": "phone"} if key == "recovery" else {}
        _clean(operator.post(f"{act}/{key}/", chosen, follow=True))
    form = reverse("admin:accounts_app_user_profile", args=[somebody.pk])
    operator.post(form, {"nickname": "Oyu", "address": "{}"})
    several = {"action": "unlock", "_selected_action": [somebody.pk]}
    _clean(operator.post("/admin/accounts_app/user/", several))
    index = operator.get("/admin/")
    _clean(index)
    lists = [
        model["admin_url"]
        for room in index.context["app_list"]
        for model in room["models"]
        if model["admin_url"]
    ]
    assert len(lists) > 10
    history = reverse("admin:accounts_app_user_history", args=[somebody.pk])
    for url in (*lists, form, _page(somebody), history):
        _clean(operator.get(url))


def _clean(answer: Any) -> None:
    assert answer.status_code == 200
    page = answer.content.decode()
    for spelling in (NUMBER, NUMBER[4:], "8855 4477", "8855-4477"):
        assert spelling not in page
