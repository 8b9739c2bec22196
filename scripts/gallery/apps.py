"""The walk through the desk: consent, a device's code, requests that cannot be, logging out, the demonstration."""

from urllib.parse import urlencode

from scripts.gallery.visitors import KNOWN
from scripts.gallery.walk import PASSWORD, Walk

EVERYTHING = "openid profile email phone address offline_access read write"


def apps(walk: Walk) -> None:
    """What people see of apps, on the way to them and back."""
    walk.show("demo", "/demo/")
    walk.leave()
    walk.page.goto("/demo/sign-in/")
    walk.fill(phone=KNOWN, password=PASSWORD)
    walk.press('button[value="allow"]')
    walk.show("demo-tokens")
    walk.show("demo-problem", "/demo/callback/?code=a&state=b")
    walk.show("inbox", "/dev/inbox/")
    _consent(walk)
    _device(walk)
    walk.show("app-asks-to-log-out", "/o/logout/")
    walk.submit()
    walk.show("logged-out", "/o/signed-out/")


def _consent(walk: Walk) -> None:
    request = {
        "client_id": "notes", "redirect_uri": "https://notes.example/callback", "response_type": "code",
        "scope": EVERYTHING, "state": "s", "prompt": "consent", "code_challenge": "a" * 43,
        "code_challenge_method": "S256",
    }  # fmt: skip
    walk.page.goto(f"/o/authorize/?{urlencode(request)}")
    if "/login/" in walk.page.url:
        walk.fill(phone=KNOWN, password=PASSWORD)
    walk.show("consent", heading="Notes")
    walk.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    walk.show("consent-unfolded")
    walk.show("request-that-cannot-be", "/o/authorize/?client_id=nobody")


def _device(walk: Walk) -> None:
    def user_code() -> str:
        form: dict[str, str | float | bool] = {"client_id": "tv", "scope": "openid profile"}
        answer = walk.page.request.post("/o/device-authorization/", form=form).json()
        return str(answer["user_code"])

    walk.show("device", "/o/device/")
    walk.fill(user_code="WRONGONE")
    walk.show("device-wrong-code")
    walk.page.goto(f"/o/device/?user_code={user_code()}")
    walk.submit()
    walk.show("device-consent")
    walk.press('button[value="allow"]')
    walk.show("device-approved")
    walk.show("device-denied", "/o/device/denied/")
    walk.show("device-over", "/o/device/over/")
