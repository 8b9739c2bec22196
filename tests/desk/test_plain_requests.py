"""Whatever is found plainly good without oauthlib, oauthlib finds good too, with the same scopes."""

from itertools import product

import pytest

from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.request_parameters import (
    check_parameters,
    checked_scopes,
    scopes_by_oauthlib,
)
from tests.oauth import CALLBACK, request_parameters

Verdict = tuple[str, ...] | tuple[str, str, str]

CHANGES = {
    "scope": [
        None,
        "openid",
        "openid profile",
        "profile  openid profile",
        " ",
        "openid nonsense",
        "admin",
        "x\ty",
    ],
    "response_type": [None, "code"],
    "redirect_uri": [None, CALLBACK],
    "prompt": [None, "none", "login consent"],
}


@pytest.mark.parametrize("has_challenge", [True, False])
@pytest.mark.parametrize(
    "registration",
    [
        {},
        {"response_types": []},
        {"grant_types": ["client_credentials"]},
        {"allowed_scopes": "openid"},
        {"is_pkce_required": False},
        {"is_pkce_required": False, "client_type": Application.CLIENT_CONFIDENTIAL},
        {"redirect_uris": f"{CALLBACK} https://notes.example/other"},
        {"redirect_uris": "not-absolute"},
    ],
    ids=str,
)
def test_every_kind_of_request_is_judged_as_oauthlib_judges_it(
    app: Application, registration: dict[str, object], has_challenge: bool
) -> None:
    for name, value in registration.items():
        setattr(app, name, value)
    app.save()
    for values in product(*CHANGES.values()):
        parameters = _parameters(dict(zip(CHANGES, values, strict=True)), has_challenge=has_challenge)
        if registration.get("redirect_uris") == "not-absolute" and "redirect_uri" in parameters:
            parameters["redirect_uri"] = "not-absolute"
        assert _ours(parameters, app) == _oauthlibs(parameters), parameters


def _parameters(changes: dict[str, str | None], *, has_challenge: bool) -> dict[str, str]:
    asked: dict[str, str | None] = {**request_parameters(), **changes}
    if not has_challenge:
        asked |= {"code_challenge": None, "code_challenge_method": None}
    parameters = {name: value for name, value in asked.items() if value}
    check_parameters(parameters, set())
    return parameters


def _ours(parameters: dict[str, str], client: Application) -> Verdict:
    try:
        return checked_scopes(parameters, client)
    except OAuthError as error:
        return error.error, error.description, error.reason


def _oauthlibs(parameters: dict[str, str]) -> Verdict:
    try:
        return scopes_by_oauthlib(parameters)
    except OAuthError as error:
        return error.error, error.description, error.reason
