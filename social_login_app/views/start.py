"""Leaving for a provider: to sign in, or to connect it to the account that is signed in."""

import hmac
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core_app.caller import client_ip_of
from core_app.keyring import mac
from core_app.pages import next_of, page, see_other
from sessions_app.browser import browser_binding
from sessions_app.guard import is_fresh, signed_in, to_login
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession
from social_login_app.attempts import BROWSER, Attempt
from social_login_app.conf import conf
from social_login_app.errors import SocialLoginRefused
from social_login_app.flow import callback_url, leave
from social_login_app.providers import Provider
from social_login_app.views.refusal import details_logged, provider_or_404, refusal_page

SAME_ORIGIN = "same-origin"
PURPOSE = "social-go"


@page
def start(request: HttpRequest, *, provider_id: str) -> HttpResponse:
    """To the provider, from a link of ours. Who comes from elsewhere is asked first: another site must not be able
    to sign somebody in behind their back (ASVS 7.6.2).
    """
    provider = provider_or_404(provider_id)
    if not _was_clicked_here(request, provider):
        context = {"provider": provider, "go_url": _go_url(request, provider)}
        return render(request, "social/leave.html", context)
    # Whoever is signed in and comes here is asked to prove it again, or wants to be somebody else.
    attempt = Attempt(
        provider_id=provider.id,
        redirect_uri=callback_url(provider),
        binding=browser_binding(request),
        next_url=next_of(request),
        again=sso_session_of(request) is not None,
    )
    return _leave(request, provider, attempt)


@signed_in(back_to="social:accounts")
def connect(request: HttpRequest, session: SsoSession, *, provider_id: str) -> HttpResponse:
    """To the provider, to come back with an identity for this account. Wants a fresh sign-in (ASVS 7.5.1)."""
    provider = provider_or_404(provider_id)
    accounts_url = reverse("social:accounts")
    if not is_fresh(session, seconds=conf.SOCIAL_FRESH_SECONDS):
        return to_login(next_path=accounts_url, prompt="login")
    if not _was_clicked_here(request, provider):
        return see_other(accounts_url)
    attempt = Attempt(
        provider_id=provider.id,
        redirect_uri=callback_url(provider),
        binding=browser_binding(request),
        next_url=accounts_url,
        link_sid=str(session.sid),
    )
    return _leave(request, provider, attempt)


def go_token(request: HttpRequest, provider: Provider) -> str:
    """What links of ours carry for browsers that do not say where a click was made: nobody else can make it."""
    return mac(PURPOSE, browser_binding(request).encode(), provider.id.encode()).hex()


def _leave(request: HttpRequest, provider: Provider, attempt: Attempt) -> HttpResponse:
    try:
        with details_logged():
            url = leave(provider, attempt, kind=BROWSER, key=attempt.state, ip=client_ip_of(request))
    except SocialLoginRefused as error:
        return refusal_page(request, error, next_url=attempt.next_url)
    return see_other(url)


def _was_clicked_here(request: HttpRequest, provider: Provider) -> bool:
    if request.headers.get("Sec-Fetch-Site") == SAME_ORIGIN:
        return True
    return hmac.compare_digest(request.GET.get("go", "").encode(), go_token(request, provider).encode())


def _go_url(request: HttpRequest, provider: Provider) -> str:
    query = {"next": next_of(request), "go": go_token(request, provider)}
    return f"{reverse('social:start', kwargs={'provider_id': provider.id})}?{urlencode(query)}"
