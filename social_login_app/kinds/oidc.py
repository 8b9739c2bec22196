"""Any OpenID Connect issuer, Google among them: code flow with PKCE, the ID token checked in every point."""

from collections.abc import Mapping
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from social_login_app.attempts import Attempt
from social_login_app.errors import NotConfirmed
from social_login_app.id_tokens import Expected, verify
from social_login_app.line import Line
from social_login_app.metadata import Metadata, metadata_of
from social_login_app.providers import GOOGLE, OIDC, Provider
from social_login_app.upstream import MAX_NAME, MAX_PART, MAX_SUBJECT, Upstream, clean, clean_email

Claims = Mapping[str, Any]


def authorization_url(provider: Provider, attempt: Attempt, line: Line) -> str:
    """The provider's page, with state, nonce and an S256 challenge always."""
    parameters = {
        "client_id": provider.client_id,
        "redirect_uri": attempt.redirect_uri,
        "response_type": "code",
        "scope": " ".join(provider.scopes),
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": create_s256_code_challenge(attempt.verifier),
        "code_challenge_method": "S256",
        **(_asking_again(provider) if attempt.again else {}),
    }
    return str(add_params_to_uri(metadata_of(provider, line).authorization_endpoint, parameters.items()))


def identify(provider: Provider, attempt: Attempt, line: Line, *, code: str, issuer: str | None) -> Upstream:
    """Who came back."""
    metadata = metadata_of(provider, line)
    _require_issuer(provider, metadata, issuer)
    answer = line.redeem(
        metadata.token_endpoint,
        auth_method=_auth_method(provider, metadata),
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        },
    )
    must_be_fresh = attempt.again and provider.kind == OIDC
    claims = verify(
        provider,
        metadata,
        line,
        Expected(
            id_token=answer.get("id_token"),
            access_token=answer["access_token"],
            nonce=attempt.nonce,
            not_before=attempt.started_at if must_be_fresh else None,
        ),
    )
    return _upstream(provider, _with_userinfo(provider, metadata, line, claims, answer["access_token"]))


def _asking_again(provider: Provider) -> dict[str, str]:
    # Google knows no `prompt=login`: all it offers is the choice of the account.
    if provider.kind == GOOGLE:
        return {"prompt": "select_account"}
    return {"prompt": "login", "max_age": "0"}


def _require_issuer(provider: Provider, metadata: Metadata, issuer: str | None) -> None:
    """RFC 9207 §2.4: a name that is sent must be right, and one that is promised must be sent (mix-up)."""
    if issuer != metadata.issuer and (issuer is not None or metadata.says_issuer):
        raise NotConfirmed(provider.label, f"{provider.id}: the answer is of another issuer")


def _auth_method(provider: Provider, metadata: Metadata) -> str:
    if provider.token_endpoint_auth_method:
        return provider.token_endpoint_auth_method
    if not provider.client_secret:
        return "none"
    is_basic = (
        "client_secret_basic" in metadata.auth_methods or "client_secret_post" not in metadata.auth_methods
    )
    return "client_secret_basic" if is_basic else "client_secret_post"


def _with_userinfo(
    provider: Provider, metadata: Metadata, line: Line, claims: Claims, access_token: str
) -> Claims:
    """The claims, with what only userinfo tells. The ID token's are signed and stay as they are."""
    if "email" in claims or not metadata.userinfo_endpoint:
        return claims
    told = line.get(metadata.userinfo_endpoint, bearer=access_token)
    # OIDC Core §5.3.2: or it may be somebody else's.
    if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
        raise NotConfirmed(provider.label, f"{provider.id}: userinfo is of another subject")
    return {**told, **claims}


def _upstream(provider: Provider, claims: Claims) -> Upstream:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        raise NotConfirmed(provider.label, f"{provider.id}: the subject cannot be one")
    email = clean_email(claims.get("email"))
    return Upstream(
        issuer=provider.issuer,
        subject=subject,
        verified_email=email if _is_vouched_for(provider, claims, email) else "",
        name=clean(claims.get("name"), MAX_NAME),
        given_name=clean(claims.get("given_name"), MAX_PART),
        family_name=clean(claims.get("family_name"), MAX_PART),
        label=email or clean(claims.get("preferred_username"), MAX_NAME),
    )


def _is_vouched_for(provider: Provider, claims: Claims, email: str) -> bool:
    """Only JSON's `true` counts. Google speaks for its own mailboxes and for the domains that it hosts: any other
    address was verified once, and may have another owner by now.
    """
    if not provider.trusts_email or claims.get("email_verified") is not True:
        return False
    if provider.kind != GOOGLE:
        return True
    return email.casefold().endswith("@gmail.com") or bool(claims.get("hd"))
