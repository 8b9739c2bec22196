"""RP-initiated logout (OIDC RP-Initiated Logout 1.0 §2): an app asks to sign the person out, the person agrees."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.form_action import open_form_action
from custom_scopes_and_policies_app.id_tokens import read_id_token_hint
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.redirect_uris import is_registered, origin_of, with_parameters
from custom_scopes_and_policies_app.views.responses import see_other
from sessions_app.logout import sign_out
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession

FIELDS = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """What an app asked. `redirect_to` is complete and registered, or "" when there is nowhere to go."""

    hinted_sid: str
    redirect_to: str
    parameters: dict[str, str]


class BadLogoutRequest(Exception):
    """The request is not good: show a page, never redirect."""


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out at once when the app proves which session it means, else ask the person first (I05)."""
    if request.method == "POST" and "confirm" in request.POST:
        return _confirmed(request)
    if request.method == "POST":
        # An app's own form: a cross-site POST brings no SameSite=Lax cookies, so go round once by GET.
        return see_other(f"{request.path}?{urlencode(_parameters(request))}")
    try:
        asked = _read(request)
    except BadLogoutRequest as error:
        return _error_page(request, str(error))
    session = sso_session_of(request)
    if session is None:
        return _done(request, asked)
    if asked.hinted_sid == str(session.sid):
        return _sign_out(request, asked)
    return _ask(request, asked)


@csrf_protect
def _confirmed(request: HttpRequest) -> HttpResponse:
    """The person pressed the button on our own page."""
    try:
        asked = _read(request)
    except BadLogoutRequest as error:
        return _error_page(request, str(error))
    return _sign_out(request, asked)


def _read(request: HttpRequest) -> LogoutRequest:
    parameters = _parameters(request)
    hint = _hint(parameters.get("id_token_hint"))
    client = _client(parameters.get("client_id"), hint)
    return LogoutRequest(
        hinted_sid=str(hint.get("sid", "")),
        redirect_to=_redirect_to(parameters, client),
        parameters=parameters,
    )


def _parameters(request: HttpRequest) -> dict[str, str]:
    source = request.POST if request.method == "POST" else request.GET
    return {name: source.get(name, "") for name in FIELDS if source.get(name)}


def _hint(text: str | None) -> dict[str, object]:
    if text is None:
        return {}
    claims = read_id_token_hint(text)
    if claims is None:
        raise BadLogoutRequest(_("The id_token_hint is not an ID token of this server."))
    return claims


def _client(client_id: str | None, hint: dict[str, object]) -> Application | None:
    audience = str(hint["aud"]) if hint else None
    if client_id and audience and client_id != audience:
        raise BadLogoutRequest(_("The ID token was issued to another app."))
    client = find_client(client_id or audience)
    if client is None and client_id:
        raise BadLogoutRequest(_("No app is registered under this client_id."))
    return client


def _redirect_to(parameters: dict[str, str], client: Application | None) -> str:
    uri = parameters.get("post_logout_redirect_uri")
    if uri is None:
        return ""
    # §3: never redirect unless the app is known and the URI is one of its own, character by character.
    if client is None or not is_registered(uri, client.post_logout_redirect_uris.split()):
        raise BadLogoutRequest(_("The post_logout_redirect_uri is not registered for this app."))
    state = parameters.get("state")
    return with_parameters(uri, {"state": state}) if state else uri


def _ask(request: HttpRequest, asked: LogoutRequest) -> HttpResponse:
    response = render(request, "logout/confirm.html", {"parameters": asked.parameters})
    if asked.redirect_to:
        open_form_action(response, origin_of(asked.redirect_to))
    return response


def _sign_out(request: HttpRequest, asked: LogoutRequest) -> HttpResponse:
    sign_out(request, reason=SsoSession.EndReason.LOGOUT)
    return _done(request, asked)


def _done(request: HttpRequest, asked: LogoutRequest) -> HttpResponse:
    if asked.redirect_to:
        return see_other(asked.redirect_to)
    return render(request, "logout/signed_out.html")


def _error_page(request: HttpRequest, description: str) -> HttpResponse:
    context = {
        "error": "invalid_request",
        "error_description": description,
        "advice": _("You are still signed in. You can sign out on the start page."),
    }
    return render(request, "authorize/error.html", context, status=400)
