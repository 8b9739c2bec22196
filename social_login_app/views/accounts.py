"""Part of my account: which providers sign this person in, and taking one off."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core_app.caller import caller_of
from core_app.pages import see_other
from sessions_app.guard import is_fresh, signed_in, to_login
from sessions_app.models import SsoSession
from social_login_app.conf import conf
from social_login_app.errors import LastWayIn
from social_login_app.providers import enabled_providers, label_of
from social_login_app.selectors import find_own, has_another_way_in, identities_of
from social_login_app.services import unlink_identity
from social_login_app.views.start import go_token


@signed_in(back_to="social:accounts")
def accounts(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """The list, and what else can be connected."""
    identities = list(identities_of(session.user))
    offers = [
        {"label": provider.label, "id": provider.id, "go": go_token(request, provider)}
        for provider in enabled_providers()
    ]
    connected = [(identity, label_of(identity.issuer)) for identity in identities]
    return render(request, "social/accounts.html", {"connected": connected, "offers": offers})


@signed_in(back_to="social:accounts")
def disconnect(request: HttpRequest, session: SsoSession, *, identity_id: uuid.UUID) -> HttpResponse:
    """GET asks; POST takes it off. Wants a fresh sign-in (ASVS 7.5.1)."""
    identity = find_own(user=session.user, identity_id=identity_id)
    if identity is None:
        raise Http404
    accounts_url = reverse("social:accounts")
    if not is_fresh(session, seconds=conf.SOCIAL_FRESH_SECONDS):
        return to_login(next_path=accounts_url, prompt="login")
    context: dict[str, Any] = {"identity": identity, "provider": label_of(identity.issuer)}
    if request.method != "POST":
        is_last = not has_another_way_in(session.user, without=identity)
        return render(
            request, "social/disconnect.html", {**context, "error": LastWayIn() if is_last else None}
        )
    try:
        unlink_identity(user=session.user, identity=identity, keep=session, caller=caller_of(request))
    except LastWayIn as error:
        return render(request, "social/disconnect.html", {**context, "error": error}, status=error.status)
    messages.success(request, _("%(provider)s signs you in no more.") % {"provider": context["provider"]})
    return see_other(accounts_url)
