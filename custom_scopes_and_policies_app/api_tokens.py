"""Refreshing by JSON, for our own apps: what `/o/token/` does, in the words of the JSON API."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from django.http import HttpRequest
from ninja import Field, Router

from core_app.problems import documented, problem
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.endpoints import token as tokens
from custom_scopes_and_policies_app.endpoints.call import FORM, Call
from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.views.machine import call_from
from sessions_app.app_logins import Body, Tokens

# Set anew by whoever answers in JSON.
OF_THE_BODY = {"Cache-Control", "Pragma", "Vary"}

router = Router(tags=["Tokens"])


class Refresh(Body):
    refresh_token: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1000,
            description="The newest refresh token of this sign-in.",
            examples=["AQE7…"],
        ),
    ]


@router.post(
    "/token/refresh/",
    response=Tokens,
    exclude_none=True,
    summary="Get new tokens for a refresh token",
    openapi_extra={
        "responses": documented(
            problem(status=400, code="invalid_grant", detail="The refresh token is not good any more."),
            problem(status=401, code="invalid_client", detail="Client authentication failed."),
        )
    },
)
def refresh(request: HttpRequest, data: Refresh) -> Tokens:
    """Store the new refresh token before you use the answer: the one that was sent is used up. If the answer got
    lost, send the same once more within ten seconds. `invalid_grant`: the person has to sign in again.
    """
    answer = tokens.token(_form_of(request, data.refresh_token))
    payload = {name: str(value) for name, value in (answer.payload or {}).items()}
    if answer.status >= 400:  # noqa: PLR2004, RUF100
        headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_BODY}
        raise OAuthError(
            payload["error"], payload.get("error_description", ""), status=answer.status, headers=headers
        )
    return Tokens.model_validate(answer.payload)


def _form_of(request: HttpRequest, refresh_token: str) -> Call:
    """The call that our own app would have sent to the token endpoint. It is public, so that nothing else proves it."""
    form = {
        "grant_type": "refresh_token",
        "client_id": conf.FIRST_PARTY_CLIENT_ID,
        "refresh_token": refresh_token,
    }
    call = call_from(request)
    return replace(
        call,
        headers={**call.headers, "content-type": FORM, "authorization": ""},
        body=urlencode(form).encode(),
    )
