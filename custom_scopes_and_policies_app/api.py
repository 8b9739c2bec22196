"""The protocol's endpoints once more under `/api/v1/`, for clients that like one address, and in the API's docs.

The very functions that answer under `/o/`: only the address differs.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from custom_scopes_and_policies_app.endpoints.call import FORM
from custom_scopes_and_policies_app.views import machine

router = Router(tags=["OAuth"])


def _form(required: list[str], **fields: str) -> dict[str, Any]:
    """The OpenAPI description of a form body; the endpoint itself reads and checks it."""
    properties = {name: {"type": "string", "description": text} for name, text in fields.items()}
    schema = {"type": "object", "required": required, "properties": properties}
    return {"required": True, "content": {FORM: {"schema": schema}}}


def _answers(good: str, *bad: int) -> dict[int, dict[str, str]]:
    errors = {400: "The request is not good.", 401: "Not authenticated.", 403: "Not enough scope."}
    return {200: {"description": good}, **{status: {"description": errors[status]} for status in bad}}


CLIENT = {
    "client_id": "The app, unless it authenticates in the header (HTTP Basic).",
    "client_secret": "Its secret; public apps have none.",
}


@router.post(
    "/oauth/token",
    summary="Exchange a code or refresh token, or get a token for the app itself",
    openapi_extra={
        "requestBody": _form(
            ["grant_type"],
            grant_type="authorization_code, refresh_token or client_credentials",
            code="The code from the redirect",
            redirect_uri="The redirect URI of the request",
            code_verifier="PKCE verifier (RFC 7636)",
            refresh_token="The refresh token",  # noqa: S106  a description
            scope="Fewer scopes than were granted",
            **CLIENT,
        ),
        "responses": _answers("Tokens (RFC 6749 §5.1).", 400, 401),
    },
)
def token(request: HttpRequest) -> HttpResponse:
    """RFC 6749 §3.2."""
    return machine.token(request)


@router.post(
    "/oauth/introspect",
    summary="Ask whether a token is still good and what it says",
    openapi_extra={
        "requestBody": _form(["token"], token="An access or refresh token", **CLIENT),  # noqa: S106
        "responses": _answers('The token\'s facts, or exactly {"active": false}.', 400, 401),
    },
)
def introspect(request: HttpRequest) -> HttpResponse:
    """RFC 7662, for confidential clients."""
    return machine.introspect(request)


@router.post(
    "/oauth/revoke",
    summary="Give a token back, and everything that came with it",
    openapi_extra={
        "requestBody": _form(["token"], token="An access or refresh token of this app", **CLIENT),  # noqa: S106
        "responses": _answers("Done, or there was nothing to do.", 400, 401),
    },
)
def revoke(request: HttpRequest) -> HttpResponse:
    """RFC 7009."""
    return machine.revoke(request)


@router.get(
    "/userinfo/me",
    summary="What the person allowed this app to know",
    openapi_extra={
        "security": [{"AccessToken": []}],
        "responses": _answers("Claims by scope and policy level.", 401, 403),
    },
)
def userinfo(request: HttpRequest) -> HttpResponse:
    """OIDC Core §5.3, with an access token that has the scope `openid`."""
    return machine.userinfo(request)
