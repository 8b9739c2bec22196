"""RP-initiated logout (OIDC RP-Initiated Logout 1.0 §2): an app asks to sign the person out, the person agrees."""

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from core_app.caller import caller_of
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.form_action import open_form_action
from custom_scopes_and_policies_app.frontchannel import Frame, frames_for, let_in
from custom_scopes_and_policies_app.id_tokens import read_id_token_hint
from custom_scopes_and_policies_app.logout import end_one
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.redirect_uris import is_registered, origin_of, with_parameters
from custom_scopes_and_policies_app.views.responses import see_other
from sessions_app.logout import ended_sid, sign_out
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
        return _without_cookies(request, asked)
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
        hinted_sid=_sid_of(hint),
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


def _sid_of(hint: dict[str, object]) -> str:
    """The session an ID token names, "" when it names none."""
    try:
        return str(uuid.UUID(str(hint.get("sid", ""))))
    except ValueError:
        return ""


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


def _without_cookies(request: HttpRequest, asked: LogoutRequest) -> HttpResponse:
    """This browser is signed in no more, or lost its cookies: the sign-in that the ID token names ends all the same.

    Whoever holds that token could do so with the cookies too; a hint that names none ends nothing (I06).
    """
    session = _hinted_session(asked)
    if session is not None:
        end_one(session=session, caller=caller_of(request))
    return _done(request, asked, ended=session)


def _hinted_session(asked: LogoutRequest) -> SsoSession | None:
    if not asked.hinted_sid:
        return None
    return SsoSession.objects.filter(pk=asked.hinted_sid, ended_at__isnull=True).first()


def _sign_out(request: HttpRequest, asked: LogoutRequest) -> HttpResponse:
    return _done(request, asked, ended=sign_out(request, reason=SsoSession.EndReason.LOGOUT))


def _done(request: HttpRequest, asked: LogoutRequest, *, ended: SsoSession | None) -> HttpResponse:
    """On to the app at once, unless other apps have to be signed out in this browser first."""
    frames = frames_for(ended.sid) if ended is not None else []
    if asked.redirect_to and not frames:
        return see_other(asked.redirect_to)
    return _signed_out_page(request, frames, onward=asked.redirect_to)


@never_cache
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """The page after every other way of signing out here; it may be loaded again."""
    sid = ended_sid(request.GET.get("session"))
    return _signed_out_page(request, frames_for(sid) if sid else [], onward="")


def _signed_out_page(request: HttpRequest, frames: list[Frame], *, onward: str) -> HttpResponse:
    response = render(request, "logout/signed_out.html", {"frames": frames, "onward": onward})
    let_in(response, frames)
    return response


def _error_page(request: HttpRequest, description: str) -> HttpResponse:
    context = {
        "error": "invalid_request",
        "error_description": description,
        "advice": _("You are still signed in. You can sign out on the start page."),
    }
    return render(request, "authorize/error.html", context, status=400)
