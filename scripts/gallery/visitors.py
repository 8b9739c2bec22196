"""The walk of somebody who is not signed in: the start, signing up, signing in, a forgotten password."""

from scripts.gallery.walk import Walk

NEW, KNOWN, NEW_EMAIL = "+97688220011", "+97688220022", "saraa@example.com"
EMAIL = "bold@example.com"


def visitors(walk: Walk) -> None:
    """Every page that needs nobody signed in."""
    walk.show("home", "/")
    _api(walk)
    _sign_up_by_phone(walk)
    _sign_up_by_email(walk)
    _sign_in(walk)
    _forgotten_by_phone(walk)
    _forgotten_by_email(walk)


def _api(walk: Walk) -> None:
    walk.page.goto("/api/docs")
    # Drawn by a script from the API's own description.
    walk.page.locator(".opblock").first.wait_for()
    walk.show("api-docs")


def _sign_up_by_phone(walk: Walk) -> None:
    walk.leave()
    walk.show("sign-up", "/signup/")
    walk.fill(phone=NEW)
    walk.show("sign-up-code")
    walk.fill(code="000000")
    walk.show("sign-up-code-wrong")
    walk.fill(code=walk.code(NEW))
    walk.show("sign-up-password")
    walk.fill(password="short")
    walk.show("sign-up-password-refused")
    walk.fill(password="a quiet walk by the river")
    walk.show("sign-up-profile")
    walk.show("home-signed-in", "/")
    walk.show("log-out", "/logout/")
    walk.leave()


def _sign_up_by_email(walk: Walk) -> None:
    walk.show("email-sign-up", "/signup/email/")
    walk.fill(email=NEW_EMAIL)
    walk.show("email-sign-up-code")
    walk.show("email-sign-up-link", walk.link(NEW_EMAIL, "/signup/email/link/"))
    walk.submit()
    walk.show("email-sign-up-password")
    walk.leave()
    walk.show("email-sign-up-link-gone", "/signup/email/link/no-such-link/")


def _sign_in(walk: Walk) -> None:
    walk.show("sign-in", "/login/")
    walk.fill(phone=KNOWN, password="not the right one")
    walk.show("sign-in-refused")
    walk.show("code-sign-in", "/login/code/")
    walk.fill(phone=KNOWN)
    walk.show("code-sign-in-code")
    walk.show("email-sign-in", "/login/email/")
    walk.show("passkey-sign-in", "/login/passkey/")


def _forgotten_by_phone(walk: Walk) -> None:
    walk.leave()
    walk.show("forgotten", "/password/forgot/")
    walk.fill(phone=KNOWN)
    walk.show("forgotten-code")
    walk.fill(code=walk.code(KNOWN))
    walk.show("forgotten-new-password")
    walk.leave()


def _forgotten_by_email(walk: Walk) -> None:
    walk.show("email-forgotten", "/password/forgot/email/")
    walk.fill(email=EMAIL)
    walk.show("email-forgotten-code")
    walk.show("email-forgotten-link", walk.link(EMAIL, "/password/forgot/email/link/"))
    walk.submit()
    walk.show("email-forgotten-new-password", heading="password")
    walk.leave()
