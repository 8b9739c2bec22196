"""The demonstration's pages: start, on the way to the server, and back with a code."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from demo_app import attempt, id_token, present, server, wallet
from demo_app.access import demonstration_only
from demo_app.conf import SIGNED_OUT

PROMPTS = {"", "create", "login", "consent", "select_account"}


@demonstration_only
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Without tokens: what this is and the way in. With tokens: everything they say."""
    if not _is_at_home(request):
        return HttpResponseRedirect(settings.ISSUER_URL + request.get_full_path())
    kept = wallet.open_wallet(request)
    if kept is None:
        return render(request, "demo/start.html", {"was_signed_out": request.GET.get("state") == SIGNED_OUT})
    context = {
        "access_token": present.open_token(kept.access_token),
        "access_token_raw": kept.access_token,
        "id_token": present.open_token(kept.id_token),
        "identity": kept.identity,
        "userinfo": present.rows_of(kept.userinfo),
        "has_refresh_token": bool(kept.refresh_token),
        "last": kept.last,
        "last_title": kept.last_title,
        "last_is_good": 200 <= kept.last.get("status", 0) < 300,
        "last_body": present.pretty(kept.last.get("body")),
    }
    return render(request, "demo/tokens.html", context)


@demonstration_only
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the authorization endpoint; `?prompt=create` asks for the sign-up page first."""
    prompt = request.GET.get("prompt", "")
    if prompt not in PROMPTS:
        prompt = ""
    try:
        endpoint = str(server.discover()["authorization_endpoint"])
    except server.ServerUnreachable as error:
        return _problem(request, _("The server cannot be reached"), str(error), status=502)
    new = attempt.new_attempt()
    url = attempt.authorization_url(endpoint, new, redirect_uri=redirect_uri(), prompt=prompt)
    response = HttpResponseRedirect(url)
    attempt.remember(request, response, new)
    return response


@demonstration_only
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the server: check whose answer it is, trade the code, check the ID token, keep the tokens."""
    mine = attempt.recall(request)
    if mine is None or not mine.owns(request.GET.get("state", "")):
        text = _(
            "The answer does not belong to a sign-in that this browser began (state), or it took too long."
        )
        return _problem(request, _("This is not our answer"), text)
    response = _finish(request, mine)
    attempt.forget(response)
    return response


def redirect_uri() -> str:
    """Where the server sends the browser back to; registered for the client `demo`."""
    return settings.ISSUER_URL + reverse("demo:callback")


def _finish(request: HttpRequest, mine: attempt.Attempt) -> HttpResponse:
    # RFC 9207 §2.4: an answer that names another issuer, or none, may come from a mix-up.
    if request.GET.get("iss", "") != settings.ISSUER_URL:
        return _problem(request, _("This is not our answer"), _("The answer names another issuer (iss)."))
    if "error" in request.GET:
        return _refused(request)
    try:
        metadata = server.discover()
    except server.ServerUnreachable as error:
        return _problem(request, _("The server cannot be reached"), str(error), status=502)
    answer = server.exchange_code(
        str(metadata["token_endpoint"]),
        code=request.GET.get("code", ""),
        verifier=mine.verifier,
        redirect_uri=redirect_uri(),
    )
    if not answer.is_good or not isinstance(answer.body, dict):
        return _problem(request, _("The code could not be exchanged"), answer.problem)
    kept = wallet.Wallet(access_token="", id_token="")
    kept.take(answer.body)
    try:
        kept.identity = id_token.verify(
            kept.id_token, metadata=metadata, nonce=mine.nonce, access_token=kept.access_token
        )
    except id_token.BadIdToken as error:
        return _problem(request, _("The ID token is not good"), str(error))
    about = server.userinfo(str(metadata["userinfo_endpoint"]), access_token=kept.access_token)
    if about.is_good and isinstance(about.body, dict):
        kept.userinfo = about.body
    else:
        kept.last, kept.last_title = about.as_dict(), _("Userinfo")
    response = HttpResponseRedirect(reverse("demo:start"))
    wallet.hand_over(request, response, kept)
    return response


def _refused(request: HttpRequest) -> HttpResponse:
    """The server, or the person, said no: an ordinary end, in words."""
    error = request.GET["error"]
    if error == "access_denied":
        return _problem(
            request, _("You said no"), _("The app got nothing. You can try again at any time."), code=error
        )
    return _problem(
        request, _("The server refused"), request.GET.get("error_description", "") or error, code=error
    )


def _problem(
    request: HttpRequest, title: str, text: str, *, code: str = "", status: int = 400
) -> HttpResponse:
    return render(request, "demo/problem.html", {"problem": title, "text": text, "code": code}, status=status)


def _is_at_home(request: HttpRequest) -> bool:
    """The way back leads to the issuer's host; cookies made on another (127.0.0.1) are missing there."""
    return request.get_host() == urlsplit(settings.ISSUER_URL).netloc
