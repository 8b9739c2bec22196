"""OAuth 2.1 §2.3 and §4.1.1: the redirect URI is the registered string, or nothing is sent anywhere."""

from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core_app.safe_redirect import safe_path
from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, PASSWORD, PHONE, OAuthBrowser, request_parameters

HOST, PATH = "notes.example", "/callback"
quick = settings(max_examples=120)


def percent(text: str, position: int) -> str:
    """One character of it percent-encoded."""
    return f"{text[:position]}%{ord(text[position]):02x}{text[position + 1 :]}"


def upper(text: str, position: int) -> str:
    return text[:position] + text[position].swapcase() + text[position + 1 :]


def inserted(text: str, position: int, what: str) -> str:
    return text[:position] + what + text[position:]


ODD = st.sampled_from(
    ["/", "//", "/.", "/..", "/../callback", "/..;/callback", ";p", ";/", "?", "?x=1", "&code=1", "#", "#x", "%2e",
     "%2F", "%00", "%0d%0aLocation:x", "\\", "\\@evil.example", "@evil.example", "@@evil.example", ":443", ":80", ":",
     ".", "..", " ", "\t", "\n", "\r", "\x00", "\u2025", "\uff0f", "\u3002", "\u0441", "é", "*",
     "evil.example", ".evil.example"]
)  # fmt: skip
POSITION = st.integers(0, len(CALLBACK) - 1)
mutated = st.one_of(
    st.builds(percent, st.just(CALLBACK), POSITION),
    st.builds(upper, st.just(CALLBACK), POSITION),
    st.builds(inserted, st.just(CALLBACK), st.integers(0, len(CALLBACK)), ODD),
    st.builds(lambda first, second: f"https://{first}@{HOST}{second}", ODD, st.just(PATH)),
    st.builds(lambda host: f"https://{host}{PATH}", ODD),
    st.builds(
        lambda scheme: f"{scheme}://{HOST}{PATH}", st.sampled_from(["http", "HTTPS", "ftp", "", "javascript"])
    ),
    st.builds(lambda port: f"https://{HOST}:{port}{PATH}", st.integers(0, 70_000)),
    st.builds(lambda suffix: CALLBACK + suffix, st.text(min_size=1, max_size=8)),
)


@pytest.mark.requirement("A01", "A02")
@quick
@given(uri=mutated)
@example(uri="https://notes.example\\@evil.example/callback")
@example(uri="https://notes.example@evil.example/callback")
@example(uri="https://notes.example.evil.example/callback")
@example(uri="https://evil.example/https://notes.example/callback")
@example(uri="https://notes.example/callback/../../evil")
@example(uri="https://notes.example/%63allback")
@example(uri="https://n\u043etes.example/callback")
@example(uri="//evil.example/callback")
@example(uri="javascript:alert(1)//https://notes.example/callback")
def test_4_1_1_no_changed_redirect_uri_is_ever_redirected_to(app: Application, uri: str) -> None:
    if uri == CALLBACK:
        return
    for also in ({}, {"prompt": "none"}, {"response_mode": "form_post", "scope": "nonsense"}):
        answer = Client().get("/o/authorize/", request_parameters(redirect_uri=uri, **also))
        assert answer.status_code == 400
        assert "Location" not in answer
        assert b"data-send-now" not in answer.content


@pytest.mark.requirement("A01")
def test_4_1_1_a_registered_query_is_kept_and_matched_exactly(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    registered = f"{CALLBACK}?tenant=a%20b"
    app.redirect_uris = registered
    app.is_first_party = True
    app.save()
    answer = browser_of_somebody.authorize(redirect_uri=registered)
    assert answer["Location"].startswith(f"{registered}&code=")
    for other in (CALLBACK, f"{CALLBACK}?tenant=a+b", f"{registered}&x=1", f"{CALLBACK}?tenant=a%20B"):
        assert "Location" not in browser_of_somebody.authorize(redirect_uri=other)


@pytest.mark.requirement("A01")
@pytest.mark.parametrize(
    ("uri", "is_fine"),
    [
        ("http://127.0.0.1:49152/callback", True),
        ("http://127.0.0.1/callback", True),
        ("http://127.0.0.1:49152/callback/", False),
        ("http://127.0.0.1:49152/callback?x=1", False),
        ("http://localhost:49152/callback", False),
        ("http://127.0.0.2:49152/callback", False),
        ("http://127.1:49152/callback", False),
        ("http://2130706433/callback", False),
        ("http://127.0.0.1:49152@evil.example/callback", False),
        ("https://127.0.0.1:49152/callback", False),
    ],
)
def test_8_4_2_only_the_port_of_a_loopback_address_may_differ(
    stranger: OAuthBrowser, app: Application, uri: str, is_fine: bool
) -> None:
    app.redirect_uris = "http://127.0.0.1/callback"
    app.save()
    answer = stranger.authorize(redirect_uri=uri)
    assert answer.status_code == (303 if is_fine else 400)
    assert is_fine == ("Location" in answer)


def test_4_1_1_a_redirect_uri_may_be_left_out_when_there_is_one(
    stranger: OAuthBrowser, app: Application
) -> None:
    assert stranger.authorize(redirect_uri=None, prompt="none")["Location"].startswith(f"{CALLBACK}?error=")
    app.redirect_uris = f"{CALLBACK} {CALLBACK}2"
    app.save()
    answer = stranger.authorize(redirect_uri=None, prompt="none")
    assert answer.status_code == 400
    assert "Location" not in answer


EVIL_NEXT = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example",
    "https:evil.example", "https:/evil.example", "https://evil.example", "http://testserver.evil.example/",
    "https://testserver@evil.example/", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example",
    "/\n/evil.example", "\t//evil.example", " //evil.example", "/%09/evil.example\r\nX: y", "//evil.example/%2f..",
    "/\u2028/evil.example",
    "evil.example", "@evil.example", "?next=//evil.example", "https:///evil.example", "ht\ttps://evil.example",
]  # fmt: skip


@pytest.mark.requirement("A09", "A10")
@pytest.mark.parametrize("target", EVIL_NEXT)
def test_a_next_of_another_origin_is_never_followed(
    stranger: OAuthBrowser, somebody: object, target: str
) -> None:
    path = f"/login/?next={quote(target)}"
    answer = stranger.client.post(path, {"phone": PHONE, "password": PASSWORD})
    assert answer.status_code == 303
    location = answer["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert urlsplit(location).netloc == ""
    assert "evil.example" not in stranger.client.get(path).content.decode().replace(quote(target), "")


@pytest.mark.requirement("A09")
@given(target=st.text(alphabet=st.sampled_from("/\\:@.%#?ehtps \t\n\r\x00\u2028x"), max_size=12))
def test_what_is_followed_is_a_path_of_this_server(target: str) -> None:
    followed = safe_path(target)
    assert followed.startswith("/")
    assert followed[1:2] not in {"/", "\\"}
    assert followed.isprintable()
    assert "\\" not in followed
