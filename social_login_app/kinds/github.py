"""GitHub: OAuth 2.0 with PKCE and an API of its own, no ID token. The subject is the account's number."""

from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from social_login_app.attempts import Attempt
from social_login_app.errors import NotConfirmed
from social_login_app.line import Line
from social_login_app.providers import Provider
from social_login_app.upstream import MAX_NAME, Upstream, clean, clean_email

LOGIN = "/login/oauth"


def authorization_url(provider: Provider, attempt: Attempt, line: Line) -> str:
    """The page at GitHub. It cannot be made to ask for the password again; at most to choose the account."""
    parameters = {
        "client_id": provider.client_id,
        "redirect_uri": attempt.redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": attempt.state,
        "code_challenge": create_s256_code_challenge(attempt.verifier),
        "code_challenge_method": "S256",
        "response_type": "code",
        **({"prompt": "select_account"} if attempt.again else {}),
    }
    return str(add_params_to_uri(f"{_base(provider)}{LOGIN}/authorize", parameters.items()))


def identify(provider: Provider, attempt: Attempt, line: Line, *, code: str, issuer: str | None) -> Upstream:
    """Who came back. No address but one that GitHub calls verified and primary is believed."""
    if issuer not in {None, provider.issuer, f"{_base(provider)}{LOGIN}"}:
        raise NotConfirmed(provider.label, f"{provider.id}: the answer is of another issuer")
    answer = line.redeem(
        f"{_base(provider)}{LOGIN}/access_token",
        auth_method=provider.token_endpoint_auth_method or "client_secret_post",
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        },
    )
    api = provider.api_url.rstrip("/")
    account = line.get(f"{api}/user", bearer=answer["access_token"])
    # A number: user names are given up and taken by others (J01).
    number = account.get("id") if isinstance(account, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        raise NotConfirmed(provider.label, f"{provider.id}: the account has no id")
    email = _primary_email(line.get(f"{api}/user/emails", bearer=answer["access_token"]))
    return Upstream(
        issuer=provider.issuer,
        subject=str(number),
        verified_email=email if provider.trusts_email else "",
        name=clean(account.get("name"), MAX_NAME),
        label=clean(account.get("login"), MAX_NAME) or email,
    )


def _primary_email(listed: Any) -> str:
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict) and entry.get("primary") is True and entry.get("verified") is True:
            return clean_email(entry.get("email"))
    return ""


def _base(provider: Provider) -> str:
    return provider.issuer.rstrip("/")
