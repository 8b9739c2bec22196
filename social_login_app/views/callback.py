"""Coming back from a provider: signed in, or with one more way to sign in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core_app.caller import caller_of
from core_app.pages import HOME, page, see_other
from sessions_app.assurance import FEDERATED
from sessions_app.browser import browser_bindings
from sessions_app.login import prove
from sessions_app.middleware import sso_session_of
from social_login_app import attempts
from social_login_app.attempts import BROWSER, Attempt
from social_login_app.errors import AttemptGone, SocialLoginRefused
from social_login_app.flow import come_back
from social_login_app.providers import Provider
from social_login_app.record import refusals_recorded
from social_login_app.services import link_identity, person_of
from social_login_app.upstream import Upstream
from social_login_app.views.refusal import details_logged, provider_or_404, refusal_page


@page
def callback(request: HttpRequest, *, provider_id: str) -> HttpResponse:
    """The redirect URI. What the answer holds is believed only for an attempt of this browser at this provider."""
    provider = provider_or_404(provider_id)
    state = request.GET.get("state", "")
    try:
        attempt = attempts.take(
            BROWSER, state, provider_id=provider.id, state=state, bindings=browser_bindings(request)
        )
    except AttemptGone as error:
        return refusal_page(request, error, next_url=HOME)
    try:
        with details_logged(), refusals_recorded(provider, caller=caller_of(request)):
            upstream = come_back(provider, attempt, request.GET.dict())
            return _go_on(request, provider, attempt, upstream)
    except SocialLoginRefused as error:
        return refusal_page(request, error, next_url=attempt.next_url)


def _go_on(request: HttpRequest, provider: Provider, attempt: Attempt, upstream: Upstream) -> HttpResponse:
    if attempt.link_sid:
        return _connected(request, provider, attempt, upstream)
    person = person_of(provider=provider, upstream=upstream, caller=caller_of(request))
    return see_other(prove(request, user=person, methods=[FEDERATED], next_url=attempt.next_url))


def _connected(
    request: HttpRequest, provider: Provider, attempt: Attempt, upstream: Upstream
) -> HttpResponse:
    session = sso_session_of(request)
    if session is None or str(session.sid) != attempt.link_sid:
        # The sign-in that asked for it is over, or somebody else's.
        raise AttemptGone
    link_identity(user=session.user, provider=provider, upstream=upstream, caller=caller_of(request))
    messages.success(request, _("You can sign in with %(provider)s now.") % {"provider": provider.label})
    return see_other(attempt.next_url)
