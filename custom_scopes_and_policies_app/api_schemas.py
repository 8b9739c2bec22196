"""How the JSON API's document describes the protocol's endpoints: forms, answers, and the errors of RFC 6749."""

from typing import Any

from custom_scopes_and_policies_app.endpoints.call import FORM

OAUTH_ERROR_NAME = "OAuthError"
OAUTH_ERROR: dict[str, Any] = {
    "type": "object",
    "description": "An error of the protocol (RFC 6749 §5.2, RFC 6750 §3).",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "description": "A stable word for programs."},
        "error_description": {"type": "string", "description": "For the app's developer."},
    },
}
JSON = "application/json"
EXAMPLES = {
    "grant_type": "refresh_token",
    "refresh_token": "AQE7…",
    "client_id": "notes",
    "client_secret": "9Xk2…",
    "token": "eyJ0eXAiOiJhdCtqd3Qi…",
    "response_type": "code",
    "redirect_uri": "https://app.example.com/callback",
    "scope": "openid profile offline_access",
    "state": "af0ifjsldkj",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}
TOKENS: dict[str, Any] = {
    "access_token": "eyJ0eXAiOiJhdCtqd3Qi…",
    "token_type": "Bearer",
    "expires_in": 900,
    "refresh_token": "AQE8…",
    "scope": "openid profile offline_access",
}
ACTIVE: dict[str, Any] = {
    "active": True,
    "token_type": "Bearer",
    "client_id": "notes",
    "scope": "openid profile",
    "sub": "1d7c2a4e-6c0b-4a51-9d57-3c1f5f0a9b11",
    "exp": 1767225600,
}
CLAIMS: dict[str, Any] = {"sub": "1d7c2a4e-6c0b-4a51-9d57-3c1f5f0a9b11", "name": "Saruul Bold"}
OBJECT: dict[str, Any] = {"type": "object"}
TOKEN_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "description": "Seconds the access token lives."},
        "refresh_token": {"type": "string"},
        "scope": {"type": "string", "description": "What was really given."},
        "id_token": {"type": "string"},
    },
}
INTROSPECTION: dict[str, Any] = {
    "type": "object",
    "required": ["active"],
    "properties": {"active": {"type": "boolean", "description": "Alone when it is false."}},
}
USERINFO: dict[str, Any] = {
    "type": "object",
    "required": ["sub"],
    "properties": {"sub": {"type": "string", "description": "Random, never reused."}},
}
ERRORS: dict[str, tuple[int, str]] = {
    "invalid_request": (400, "A parameter is missing, doubled or malformed."),
    "invalid_grant": (400, "Code or refresh token is wrong, used, too old or another app's."),
    "unauthorized_client": (400, "This app may not do this."),
    "unsupported_grant_type": (400, "This grant type is not supported."),
    "invalid_scope": (400, "A scope is not known, or this app may not ask for it."),
    "invalid_target": (400, "The resource is not known."),
    "authorization_pending": (400, "The person has not decided yet."),
    "slow_down": (400, "Ask more slowly."),
    "access_denied": (400, "The person said no."),
    "expired_token": (400, "The device code is too old."),
    "unsupported_token_type": (400, "This kind of token cannot be revoked."),
    "invalid_client": (401, "Client authentication failed."),
    "invalid_token": (401, "The access token is invalid, expired or revoked."),
    "insufficient_user_authentication": (401, "Sign in again with more proof."),
    "insufficient_scope": (403, "This needs the scope openid."),
    "temporarily_unavailable": (503, "Try again in a moment."),
}
OF_A_FORM = {413: "The request body is too large.", 415: f"Send the parameters as {FORM}."}


def form(required: list[str], **fields: str) -> dict[str, Any]:
    """The description of a form body; the endpoint itself reads and checks it."""
    properties = {name: {"type": "string", "description": text} for name, text in fields.items()}
    schema = {"type": "object", "required": required, "properties": properties}
    example = {
        name: EXAMPLES[name]
        for name in fields
        if name in EXAMPLES and (name in required or name in {"client_id", "refresh_token"})
    }
    return {"required": True, "content": {FORM: {"schema": schema, "example": example}}}


def answers(
    good: str, *errors: str, schema: dict[str, Any], example: dict[str, Any], has_form: bool = True
) -> dict[int, dict[str, Any]]:
    """The good answer, the errors of these names, and those that a form may meet."""
    responses: dict[int, dict[str, Any]] = {
        200: {"description": good, "content": {JSON: {"schema": schema, "example": example}}}
    }
    for name in (*errors, "temporarily_unavailable"):
        status, sentence = ERRORS[name]
        _add_error(responses, status, name, sentence)
    if has_form:
        for status, sentence in OF_A_FORM.items():
            _add_error(responses, status, "invalid_request", sentence)
    return responses


def _add_error(responses: dict[int, dict[str, Any]], status: int, name: str, sentence: str) -> None:
    empty: dict[str, Any] = {
        "description": "The protocol's error.",
        "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{OAUTH_ERROR_NAME}"}, "examples": {}}},
    }
    examples = responses.setdefault(status, empty)["content"][JSON]["examples"]
    examples[name] = {"value": {"error": name, "error_description": sentence}}
