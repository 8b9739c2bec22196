"""An ordinary app that signs people in with the server: Django and Authlib, nothing of the server's own.

Log-in (code, PKCE, nonce, `iss`), userinfo, a call to an API, refresh, log-out started here, and log-out told from
there. Sessions are kept in this process's memory; a real app keeps them in its database or cache.
"""

import logging
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server
from wsgiref.types import WSGIApplication

import django
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from joserfc.errors import JoseError
from logout_tokens import BadLogoutToken, LogoutTokens

HERE = Path(__file__).resolve().parent
ISSUER = os.environ.get("ISSUER_URL", "http://localhost:8000")
CLIENT_ID = os.environ.get("CLIENT_ID", "client-app")
# An API that takes our tokens: examples/resource_server. Without one there is no button for it.
NOTES_API = os.environ.get("NOTES_API_URL", "")
SCOPE = "openid profile offline_access" + (" read write" if NOTES_API else "")
TIMEOUT_SECONDS = 10
SIGNED_IN = "signed-in"
FAILURES = (OAuthError, JoseError, requests.RequestException)

oauth = OAuth()
logout_tokens = LogoutTokens(
    issuer=ISSUER, client_id=CLIENT_ID, fetch_keys=lambda: oauth.server.fetch_jwk_set(force=True)
)
# Which of our sessions belong to a session at the server (`sid`), for the log-out that comes from there.
sessions_of: dict[str, set[str]] = {}


@require_GET
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and what can be done."""
    return _page(request)


@require_GET
def login(request: HttpRequest) -> HttpResponse:
    """Send the person to the server. Authlib keeps state, nonce and PKCE verifier in the session."""
    answer: HttpResponse = oauth.server.authorize_redirect(request, request.build_absolute_uri("/callback"))
    return answer


@require_GET
@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """The person is back: exchange the code. Authlib compares state and nonce and checks the ID token."""
    # RFC 9207 §2.4: an answer of another server must not be taken to this one (mix-up).
    if request.GET.get("iss") != ISSUER:
        return _page(request, problem="The answer does not come from our server.", status=400)
    try:
        tokens = oauth.server.authorize_access_token(request)
    except FAILURES as error:
        return _page(request, problem=f"Signing in did not work: {error}", status=400)
    request.session.cycle_key()
    claims = dict(tokens.pop("userinfo"))
    request.session[SIGNED_IN] = {"tokens": dict(tokens), "claims": claims}
    sessions_of.setdefault(str(claims["sid"]), set()).add(str(request.session.session_key))
    return HttpResponseRedirect("/")


@require_POST
@never_cache
def userinfo(request: HttpRequest) -> HttpResponse:
    """What the server tells about the person now."""
    signed_in = request.session.get(SIGNED_IN)
    if signed_in is None:
        return HttpResponseRedirect("/")
    try:
        person = dict(oauth.server.userinfo(token=signed_in["tokens"]))
    except FAILURES as error:
        return _page(request, problem=f"The server did not tell: {error}", status=502)
    return _page(request, userinfo=person)


@require_POST
@never_cache
def notes(request: HttpRequest) -> HttpResponse:
    """The person's notes, from an API that checks the access token by itself."""
    signed_in = request.session.get(SIGNED_IN)
    if signed_in is None:
        return HttpResponseRedirect("/")
    bearer = {"Authorization": f"Bearer {signed_in['tokens']['access_token']}"}
    address = f"{NOTES_API}/notes"
    try:
        if request.POST.get("title"):
            note = {"title": request.POST["title"], "text": ""}
            requests.post(address, json=note, headers=bearer, timeout=TIMEOUT_SECONDS).raise_for_status()
        answer = requests.get(address, headers=bearer, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        return _page(request, problem=f"The API did not answer as hoped: {error}", status=502)
    return _page(request, notes=answer.json())


@require_POST
@never_cache
def refresh(request: HttpRequest) -> HttpResponse:
    """Exchange the refresh token. The new one is stored before anything else: the old one is dead."""
    signed_in = request.session.get(SIGNED_IN)
    if signed_in is None:
        return HttpResponseRedirect("/")
    old = signed_in["tokens"]
    try:
        new = oauth.server.fetch_access_token(grant_type="refresh_token", refresh_token=old["refresh_token"])
    except OAuthError:
        # The server has ended it: the person signed out there, or took the access back.
        request.session.flush()
        return _page(request, problem="You were signed out. Sign in again.", status=401)
    except requests.RequestException as error:
        return _page(request, problem=f"The server does not answer: {error}", status=502)
    request.session[SIGNED_IN] = {**signed_in, "tokens": {**old, **dict(new)}}
    return HttpResponseRedirect("/")


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End our session, then the one at the server (OIDC RP-Initiated Logout 1.0)."""
    signed_in = request.session.get(SIGNED_IN)
    request.session.flush()
    if signed_in is None:
        return HttpResponseRedirect("/")
    answer: HttpResponse = oauth.server.logout_redirect(
        request,
        post_logout_redirect_uri=request.build_absolute_uri("/signed-out"),
        id_token_hint=signed_in["tokens"]["id_token"],
    )
    return answer


@require_GET
@never_cache
def signed_out(request: HttpRequest) -> HttpResponse:
    """Back from the server."""
    try:
        oauth.server.validate_logout_response(request)
    except OAuthError:
        return HttpResponseRedirect("/")
    return _page(request, notice="You are signed out here and there.")


@csrf_exempt
@require_POST
@never_cache
def backchannel_logout(request: HttpRequest) -> HttpResponse:
    """The server tells that a session ended (OIDC Back-Channel Logout 1.0 §2.5): ours of it end, too."""
    try:
        sid = logout_tokens.read(request.POST.get("logout_token", ""))
    except BadLogoutToken as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain")
    except requests.RequestException:
        # Without the server's keys nobody can tell. It comes again after a 503, after a 400 it would not (§2.8).
        return HttpResponse(status=503)
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    for key in sessions_of.pop(sid, set()):
        store(key).delete()
    return HttpResponse(status=200)


urlpatterns = [
    path("", home),
    path("login", login),
    path("callback", callback),
    path("userinfo", userinfo),
    path("notes", notes),
    path("refresh", refresh),
    path("logout", logout),
    path("signed-out", signed_out),
    path("backchannel-logout", backchannel_logout),
]


def make_application(client_secret: str) -> WSGIApplication:
    """The app as a WSGI application."""
    settings.configure(
        SECRET_KEY=secrets.token_urlsafe(48),
        ALLOWED_HOSTS=["localhost", "127.0.0.1"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        SESSION_ENGINE="django.contrib.sessions.backends.cache",
        # Cookies do not keep ports apart: the server's own, on the same host, must not be overwritten.
        SESSION_COOKIE_NAME="client_app_session",
        CSRF_COOKIE_NAME="client_app_csrf",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [HERE]}],
    )
    django.setup()
    oauth.register(
        "server",
        client_id=CLIENT_ID,
        client_secret=client_secret,
        server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
        client_kwargs={
            "scope": SCOPE, "code_challenge_method": "S256", "default_timeout": TIMEOUT_SECONDS,
        },
    )  # fmt: skip
    return WSGIHandler()


def _page(
    request: HttpRequest,
    *,
    problem: str = "",
    notice: str = "",
    userinfo: Mapping[str, Any] | None = None,
    notes: Sequence[Mapping[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    signed_in = request.session.get(SIGNED_IN)
    claims = signed_in["claims"] if signed_in else None
    facts = {"claims": claims, "userinfo": userinfo, "notes": notes, "has_api": bool(NOTES_API)}
    return render(request, "home.html", {"problem": problem, "notice": notice, **facts}, status=status)


def main() -> int:
    """Serve on this machine until stopped."""
    logging.basicConfig(level=logging.INFO)
    secret_file = os.environ.get("CLIENT_SECRET_FILE")
    client_secret = (
        Path(secret_file).read_text().strip() if secret_file else os.environ.get("CLIENT_SECRET", "")
    )
    if not client_secret:
        print("Set CLIENT_SECRET: README.md says how to get one.", file=sys.stderr)
        return 2
    port = int(os.environ.get("CLIENT_APP_PORT", "9100"))
    host = os.environ.get("CLIENT_APP_HOST", "127.0.0.1")
    with make_server(host, port, make_application(client_secret)) as server:
        print(f"Client app on http://localhost:{port}")
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
