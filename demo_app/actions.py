"""The demonstration's buttons: each makes one call, keeps the answer, and goes back to the page (303)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from demo_app import id_token, server, wallet
from demo_app.access import demonstration_only
from demo_app.conf import SIGNED_OUT
from demo_app.server import Answer
from demo_app.wallet import Wallet

Call = Callable[[Wallet, dict[str, Any]], Answer]
View = Callable[[HttpRequest], HttpResponse]


def _button(title: Promise) -> Callable[[Call], View]:
    """Make a view of a call: with a wallet and the discovery document, every failure shown on the page."""

    def decorate(call: Call) -> View:
        @demonstration_only
        @require_POST
        @wraps(call)
        def view(request: HttpRequest) -> HttpResponse:
            kept = wallet.open_wallet(request)
            if kept is not None:
                kept.last, kept.last_title = _try(call, kept).as_dict(), str(title)
                wallet.save(request, kept)
            return _back()

        return view

    return decorate


def _try(call: Call, kept: Wallet) -> Answer:
    try:
        return call(kept, server.discover())
    except server.ServerUnreachable as error:
        body = {"error": "unreachable", "error_description": str(error)}
        return Answer(method="GET", path=server.DISCOVERY, status=0, body=body)


@_button(_("Refresh"))
def refresh(kept: Wallet, metadata: dict[str, Any]) -> Answer:
    """A new access token, and the next refresh token in place of this one."""
    answer = server.refresh(str(metadata["token_endpoint"]), refresh_token=kept.refresh_token)
    if not answer.is_good or not isinstance(answer.body, dict):
        return answer
    kept.take(answer.body)
    if "id_token" in answer.body:
        try:
            kept.identity = id_token.verify(
                kept.id_token, metadata=metadata, nonce=None, access_token=kept.access_token
            )
        except id_token.BadIdToken as error:
            body = {"error": "bad_id_token", "error_description": str(error)}
            return Answer(method=answer.method, path=answer.path, status=0, body=body, sent=answer.sent)
    return _without_secrets(answer)


@_button(_("Introspect"))
def introspect(kept: Wallet, metadata: dict[str, Any]) -> Answer:
    """What an API learns about the access token."""
    return server.introspect(str(metadata["introspection_endpoint"]), token=kept.access_token)


@_button(_("Userinfo"))
def userinfo(kept: Wallet, metadata: dict[str, Any]) -> Answer:
    """Who signed in, as far as the scopes and levels allow."""
    answer = server.userinfo(str(metadata["userinfo_endpoint"]), access_token=kept.access_token)
    if answer.is_good and isinstance(answer.body, dict):
        kept.userinfo = answer.body
    return answer


@_button(_("Revoke"))
def revoke(kept: Wallet, metadata: dict[str, Any]) -> Answer:
    """Give the tokens back. They stay on the page, so that it can be seen that they are dead."""
    token, hint = kept.access_token, "access_token"
    if kept.refresh_token:
        token, hint = kept.refresh_token, "refresh_token"
    return server.revoke(str(metadata["revocation_endpoint"]), token=token, hint=hint)


@demonstration_only
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget the tokens here and end the session there (OIDC RP-Initiated Logout §2)."""
    kept = wallet.open_wallet(request)
    if kept is None:
        return _back()
    home = settings.ISSUER_URL + reverse("demo:start")
    query = urlencode({"id_token_hint": kept.id_token, "post_logout_redirect_uri": home, "state": SIGNED_OUT})
    try:
        response = HttpResponseRedirect(f"{server.discover()['end_session_endpoint']}?{query}")
    except server.ServerUnreachable:
        response = HttpResponseRedirect(home)
    response.status_code = 303
    wallet.throw_away(request, response)
    return response


def _without_secrets(answer: Answer) -> Answer:
    """A token answer for looking at: tokens cut short, for the page shows them opened elsewhere."""
    body = {
        name: f"{str(value)[: server.SHOWN_CHARACTERS]}…" if name.endswith("_token") else value
        for name, value in answer.body.items()
    }
    return Answer(method=answer.method, path=answer.path, status=answer.status, body=body, sent=answer.sent)


def _back() -> HttpResponse:
    response = HttpResponseRedirect(reverse("demo:start"))
    response.status_code = 303
    return response
