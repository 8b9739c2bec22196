"""The protocol's endpoints once more under `/api/v1/`, for clients that like one address, and in the API's docs.

The very functions that answer under `/o/`: only the address differs.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from custom_scopes_and_policies_app import api_schemas as schemas
from custom_scopes_and_policies_app.api_schemas import answers, form
from custom_scopes_and_policies_app.views import machine
from custom_scopes_and_policies_app.views.authorize import authorize as authorization_endpoint

router = Router(tags=["OAuth"])

CLIENT = {
    "client_id": "The app, unless it authenticates in the header (HTTP Basic).",
    "client_secret": "Its secret; public apps have none.",
}
BY_SECRET: list[dict[str, list[str]]] = [{"ClientSecret": []}, {}]
ASKED = {
    "response_type": "`code`",
    "client_id": "The app.",
    "redirect_uri": "Exactly a registered one.",
    "scope": "What the app asks for, with spaces between.",
    "state": "Random, kept in the app's session; comes back as it is.",
    "nonce": "Random; comes back in the ID token.",
    "code_challenge": "BASE64URL(SHA256(code_verifier)) (RFC 7636).",
    "code_challenge_method": "`S256`",
    "prompt": "`none`, `login`, `consent`, `select_account` or `create`.",
    "max_age": "Ask again when the sign-in is older, in seconds.",
}
REQUIRED = ["response_type", "client_id", "code_challenge", "code_challenge_method"]
ON_THE_WAY: dict[int, dict[str, Any]] = {
    200: {
        "description": "A page that brings the answer to the app by itself (`response_mode=form_post`).",
        "content": {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html>…"}},
    },
    303: {
        "description": "On to the log-in or consent page, or back to the app.",
        "headers": {"Location": {"description": "Where to.", "schema": {"type": "string"}}},
    },
    400: {
        "description": "A page: the app or its redirect URI is not known.",
        "content": {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html>…"}},
    },
}


@router.get(
    "/oauth/authorize",
    summary="Ask a person for a code, in their browser",
    openapi_extra={
        "parameters": [
            {
                "in": "query",
                "name": name,
                "required": name in REQUIRED,
                "description": text,
                "schema": {"type": "string"},
                "example": schemas.EXAMPLES.get(
                    name, {"nonce": "n-0S6_WzA2Mj", "prompt": "login"}.get(name, "3600")
                ),
            }
            for name, text in ASKED.items()
        ],
        "responses": ON_THE_WAY,
    },
)
def authorize(request: HttpRequest) -> HttpResponse:
    """OIDC Core §3.1.2. Parameters as at /o/authorize/, where the way goes on."""
    return authorization_endpoint(request)


@router.post(
    "/oauth/authorize",
    summary="Ask a person for a code, with the parameters in a form",
    openapi_extra={"requestBody": form(REQUIRED, **ASKED), "responses": ON_THE_WAY},
)
def authorize_by_form(request: HttpRequest) -> HttpResponse:
    """OIDC Core §3.1.2.1. For requests that are too long for an address."""
    return authorization_endpoint(request)


@router.post(
    "/oauth/token",
    summary="Exchange a code or refresh token, or get a token for the app itself",
    openapi_extra={
        "security": BY_SECRET,
        "requestBody": form(
            ["grant_type"],
            grant_type="authorization_code, refresh_token, client_credentials or "
            "urn:ietf:params:oauth:grant-type:device_code",
            code="The code from the redirect",
            redirect_uri="The redirect URI of the request",
            code_verifier="PKCE verifier (RFC 7636)",
            refresh_token="The refresh token",  # noqa: S106  a description
            device_code="The device code (RFC 8628)",
            scope="Fewer scopes than were granted",
            resource="A resource server the token is for (RFC 8707); may come several times",
            **CLIENT,
        ),
        "responses": answers(
            "Tokens (RFC 6749 §5.1).",
            "invalid_request",
            "invalid_grant",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_scope",
            "invalid_target",
            "authorization_pending",
            "slow_down",
            "access_denied",
            "expired_token",
            "invalid_client",
            schema=schemas.TOKEN_ANSWER,
            example=schemas.TOKENS,
        ),
    },
)
def token(request: HttpRequest) -> HttpResponse:
    """RFC 6749 §3.2."""
    return machine.token(request)


@router.post(
    "/oauth/introspect",
    summary="Ask whether a token is still good and what it says",
    openapi_extra={
        "security": BY_SECRET,
        "requestBody": form(["token"], token="An access or refresh token", **CLIENT),  # noqa: S106
        "responses": answers(
            'The token\'s facts, or exactly {"active": false}.',
            "invalid_request",
            "invalid_client",
            schema=schemas.INTROSPECTION,
            example=schemas.ACTIVE,
        ),
    },
)
def introspect(request: HttpRequest) -> HttpResponse:
    """RFC 7662, for confidential clients."""
    return machine.introspect(request)


@router.post(
    "/oauth/revoke",
    summary="Give a token back, and everything that came with it",
    openapi_extra={
        "security": BY_SECRET,
        "requestBody": form(["token"], token="An access or refresh token of this app", **CLIENT),  # noqa: S106
        "responses": {
            **answers(
                "",
                "invalid_request",
                "invalid_client",
                schema=schemas.OBJECT,
                example={},
            ),
            200: {"description": "Done, or there was nothing to do. The body is empty."},
        },
    },
)
def revoke(request: HttpRequest) -> HttpResponse:
    """RFC 7009."""
    return machine.revoke(request)


@router.get(
    "/userinfo/me",
    summary="What the person allowed this app to know",
    openapi_extra={
        "security": [{"AccessToken": ["openid"]}],
        "responses": answers(
            "Claims by scope and policy level.",
            "invalid_token",
            "insufficient_user_authentication",
            "insufficient_scope",
            schema=schemas.USERINFO,
            example=schemas.CLAIMS,
            has_form=False,
        ),
    },
)
def userinfo(request: HttpRequest) -> HttpResponse:
    """OIDC Core §5.3, with an access token that has the scope `openid`."""
    return machine.userinfo(request)
