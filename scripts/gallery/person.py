"""The walk through my account, with the links that come by message, to its closing."""

import re
import time

import pyotp

from scripts.gallery.visitors import EMAIL, KNOWN, NEW
from scripts.gallery.walk import Walk

OTHER_PHONE, OTHER_EMAIL = "+97688220033", "bold.bat@example.com"
# How long an authenticator app shows a code, in seconds. The next one is good already; the present one was used.
STEP = 30
# An identity at the provider, and the token of the link in the notice of a new device.
PREPARE = """
from accounts_app.models import User
from sessions_app.models import SsoSession
from sessions_app.reports import report_token
from social_login_app.models import SocialIdentity
user = User.objects.get(phone="{phone}")
SocialIdentity.objects.get_or_create(
    user=user, issuer="https://id.example.com", subject="1", defaults={{"label": "{email}"}}
)
print(report_token(SsoSession.objects.filter(user=user).latest("created_at").sid))
"""


def person(walk: Walk) -> None:
    """Everything a person can do with their account."""
    walk.sign_in(NEW)
    walk.show("account-new", "/account/")
    walk.show("apps-none", "/account/apps/")
    walk.sign_in(KNOWN)
    token = walk.shell(PREPARE.format(phone=KNOWN, email=EMAIL)).split()[-1]
    walk.show("account", "/account/")
    for name in ("profile", "apps", "sessions", "activity", "export", "close", "password", "social"):
        walk.show(f"account-{name}", f"/account/{name}/")
    walk.show("account-app-change", walk.first_link("/account/apps/", 'main a[href*="/change/"]'))
    walk.show("account-app-disconnect", walk.first_link("/account/apps/", 'main a[href*="/disconnect/"]'))
    walk.show(
        "account-social-disconnect", walk.first_link("/account/social/", 'main a[href*="/disconnect/"]')
    )
    walk.show("not-me", f"/account/not-me/{token}/")
    walk.show("not-me-refused", "/account/not-me/made-up/")
    _security(walk)
    _change_email(walk)
    _social(walk)
    _closing(walk)
    _change_phone(walk)


def _security(walk: Walk) -> None:
    walk.show("security-empty", "/account/security/")
    walk.show("security-sms", "/account/security/codes/sms/")
    walk.show("security-email", "/account/security/codes/email/")
    walk.show("security-passkey", "/account/security/passkey/")
    walk.show("security-app", "/account/security/app/")
    walk.submit()
    walk.show("security-app-set-up")
    text = walk.page.locator("main").inner_text()
    found = re.search(r"\b(?:[A-Z2-7]{4}\s?){8,}", text)
    secret = re.sub(r"\s", "", found[0]) if found else ""
    walk.fill(code=pyotp.TOTP(secret).now())
    walk.show("security-backup-codes")
    walk.show("security", "/account/security/")
    factor = walk.first_link("/account/security/", 'main a[href*="/remove/"]').removesuffix("remove/")
    walk.show("security-factor", factor)
    walk.show("security-remove", f"{factor}remove/")
    walk.sign_in(KNOWN)
    walk.show("second-factor")
    walk.fill(code="000000")
    walk.show("second-factor-wrong")
    walk.fill(code=pyotp.TOTP(secret).at(int(time.time()) + STEP))
    walk.page.goto(f"{factor}remove/")
    walk.submit()


def _change_email(walk: Walk) -> None:
    walk.show("change-email", "/account/email/")
    walk.fill(email=OTHER_EMAIL)
    walk.show("change-email-code")
    walk.show("change-email-link", walk.link(OTHER_EMAIL, "/account/email/link/"))
    walk.submit()
    walk.show("change-email-undo", walk.link("", "/account/email/undo/"))


def _social(walk: Walk) -> None:
    walk.leave()
    walk.show("social-start", "/login/social/example/")
    walk.show("social-refused", "/login/social/example/callback/?error=access_denied&state=x")


def _closing(walk: Walk) -> None:
    walk.sign_in(KNOWN)
    walk.page.goto("/account/close/")
    walk.page.check("#understood")
    walk.submit()
    walk.show("account-closed")
    walk.leave()
    walk.show("account-reopen", walk.link(KNOWN, "/account/close/undo/"))
    walk.submit()
    walk.show("account-reopened")
    walk.show("account-reopen-refused", "/account/close/undo/made-up/")


def _change_phone(walk: Walk) -> None:
    walk.sign_in(KNOWN)
    walk.show("change-phone", "/account/phone/")
    walk.fill(phone=OTHER_PHONE)
    walk.show("change-phone-code")
    walk.fill(code=walk.code(OTHER_PHONE))
    walk.show("change-phone-undo", walk.link(KNOWN, "/account/phone/undo/"))
    walk.submit()
    walk.show("change-phone-undone")
    walk.show("change-phone-undo-refused", "/account/phone/undo/made-up/")
