"""A browser that has proven the password and nothing more: every address of the server is asked, none opens."""

import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter

from accounts_app.models import User
from tests.mfa.pages import SECURITY, add_app, challenge_of, is_signed_in, sign_in

# What any stranger may see of the person whose password they know: nothing.
PERSONAL = ("Oyun", "oyun@example.com", 'href="/logout/"', 'href="/account/"')
SAMPLES = {
    UUIDConverter: uuid.UUID("0b0f6f3e-7a44-4a3e-9a43-0c8d2b7f4f5e"),
    IntConverter: 1,
    SlugConverter: "sms",
    StringConverter: "1",
}


def addresses(resolver: URLResolver | None = None, names: tuple[str, ...] = ()) -> Iterator[str]:
    """Every named address, with a sample in the place of each argument."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*names, entry.namespace) if entry.namespace else names
            yield from addresses(entry, inner)
        elif entry.name:
            arguments = {
                name: SAMPLES.get(type(converter), "1") for name, converter in _converters(entry).items()
            }
            # Some are made of more than their own pattern; the ones above them are asked.
            with suppress(NoReverseMatch):
                yield reverse(":".join([*names, entry.name]), kwargs=arguments)


def _converters(pattern: URLPattern) -> dict[str, Any]:
    return dict(pattern.pattern.converters)


@pytest.fixture
def half(browser: Client, person: User, other: Client) -> Client:
    """The person is an operator with every right, so that no page is refused for another reason."""
    add_app(browser)
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    challenge_of(sign_in(other))
    return other


@pytest.mark.requirement("H05", "H06")
def test_no_address_of_the_server_opens(half: Client) -> None:
    found = sorted(set(addresses()))
    assert len(found) > 80
    assert {SECURITY, "/account/", "/admin/", "/o/authorize/", "/account/sessions/"} <= set(found)
    for address in found:
        answer = half.get(address)
        body = answer.content.decode(errors="replace") if not answer.streaming else ""
        shown = [text for text in PERSONAL if text in re.sub(r"<script.*?</script>", "", body)]
        assert shown == [], address
        assert answer.status_code < 500, address
        assert "_auth_user_id" not in half.session, address


@pytest.mark.requirement("H05", "H06")
@pytest.mark.parametrize(
    "path",
    [
        f"{SECURITY}app/",
        f"{SECURITY}backup-codes/",
        f"{SECURITY}codes/sms/",
        f"{SECURITY}passkey/",
        f"{SECURITY}passkey/options/",
        "/account/phone/",
        "/account/sessions/end-others/",
        "/o/consent/",
    ],
)
def test_nothing_can_be_done_either(half: Client, path: str) -> None:
    answer = half.post(path, {"phone": "+97688112244"})
    assert answer.status_code in {303, 302, 400, 401, 403}
    assert not is_signed_in(half)


@pytest.mark.requirement("H05")
def test_no_app_gets_a_code(half: Client, app: object) -> None:
    answer = half.get("/o/authorize/?client_id=notes&prompt=none&response_type=code&scope=openid"
                      "&redirect_uri=https://notes.example/callback&code_challenge_method=S256"
                      "&code_challenge=" + "a" * 43)  # fmt: skip
    assert "error=login_required" in answer["Location"]
