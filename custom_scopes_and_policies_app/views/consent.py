"""The consent page: who asks, for what, how much of it, for how long; allow and deny weigh the same (K01)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts_app.models import User
from core_app.caller import caller_of
from custom_scopes_and_policies_app import stored_requests
from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.authorize import AskConsent, next_step
from custom_scopes_and_policies_app.clients import may_refresh
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.consent_form import WrongAnswer, consent_rows, fingerprint, read_answer
from custom_scopes_and_policies_app.consents import decline, give_consent
from custom_scopes_and_policies_app.coverage import is_assured
from custom_scopes_and_policies_app.facts import Situation, situation_of
from custom_scopes_and_policies_app.form_action import open_form_action
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.redirect_uris import origin_of
from custom_scopes_and_policies_app.ui_locales import speak
from custom_scopes_and_policies_app.views.authorize import refuse_app
from custom_scopes_and_policies_app.views.device_shown import device_shown
from custom_scopes_and_policies_app.views.responses import expired_page, see_other
from sessions_app.browser import browser_bindings
from sessions_app.models import SsoSession

DAY = 86_400


@method_decorator(never_cache, name="dispatch")
class ScopeSelectionView(View):
    """GET shows the request stored under `request`; POST answers exactly that request (K04)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self._open(request, request.GET.get("request", ""))
        if isinstance(found, HttpResponse):
            return found
        return self._page(request, *found)

    def post(self, request: HttpRequest) -> HttpResponse:
        found = self._open(request, request.POST.get("request", ""))
        if isinstance(found, HttpResponse):
            return found
        asked, situation = found
        if request.POST.get("person") != str(_person(situation).sub):
            # Somebody else signed in while the page was open: it showed another name (K04).
            return see_other(f"{reverse('desk:consent')}?request={asked.request_id}")
        if request.POST.get("decision") == "deny":
            return self._deny(request, asked, situation)
        if request.POST.get("decision") != "allow":
            return self._page(request, asked, situation, problem=_("Choose “Allow” or “Deny”."))
        if request.POST.get("shown") != fingerprint(asked.scopes):
            # An operator changed a scope or a level while the page was open: its words were others.
            return self._page(request, asked, situation, problem=_("The page was changed. Choose again."))
        return self._allow(request, asked, situation)

    def _open(
        self, request: HttpRequest, request_id: str
    ) -> tuple[AuthorizationRequest, Situation] | HttpResponse:
        """The stored request, if this page is really what comes next for it."""
        asked = stored_requests.load(request_id, bindings=browser_bindings(request))
        if asked is None:
            return expired_page(request)
        speak(request, asked.ui_locales)
        situation = situation_of(request, asked)
        if situation is None:
            return expired_page(request)
        if situation.session is None or not isinstance(next_step(situation.facts), AskConsent):
            return see_other(f"{reverse('desk:authorize')}?request={asked.request_id}")
        return asked, situation

    def _allow(self, request: HttpRequest, asked: AuthorizationRequest, situation: Situation) -> HttpResponse:
        try:
            answer = read_answer(request.POST, asked.scopes, acr=_session(situation).acr)
        except WrongAnswer as refused:
            return self._page(request, asked, situation, problem=refused.message)
        if not answer.granted:
            # Every box unticked is a "no" in other words.
            return self._deny(request, asked, situation)
        user = _person(situation)
        give_consent(
            user=user,
            client=situation.client,
            granted=answer.granted,
            declined=answer.declined,
            caller=caller_of(request),
        )
        stored_requests.answer(asked, granted=answer.granted, sub=str(user.sub))
        return see_other(f"{reverse('desk:authorize')}?request={asked.request_id}")

    def _deny(self, request: HttpRequest, asked: AuthorizationRequest, situation: Situation) -> HttpResponse:
        decline(
            user=_person(situation), client=situation.client, scopes=asked.scopes, caller=caller_of(request)
        )
        return refuse_app(request, asked, "access_denied", reason="denied_by_person")

    def _page(
        self,
        request: HttpRequest,
        asked: AuthorizationRequest,
        situation: Situation,
        problem: str | Promise = "",
    ) -> HttpResponse:
        client, is_sure = situation.client, is_assured(situation.client, asked.redirect_uri)
        context = {
            "app": _app_facts(client)
            | {"is_new": situation.consent is None and not client.is_first_party, "is_assured": is_sure},
            "rows": consent_rows(
                asked.scopes,
                consent=situation.consent,
                acr=_session(situation).acr,
                is_assured=is_sure,
                posted=request.POST if problem else None,
            ),
            "lifetime": _lifetime(client),
            "request_id": asked.request_id,
            "shown": fingerprint(asked.scopes),
            "person": _person(situation),
            "problem": problem,
            "device": device_shown(request, asked),
        }
        response = render(request, "consent/scopes.html", context, status=400 if problem else 200)
        open_form_action(response, origin_of(asked.redirect_uri))
        return response


def _app_facts(client: Application) -> dict[str, object]:
    return {
        "name": str(client),
        "owner": client.owner_name,
        "site_url": client.site_url,
        "logo_url": client.logo_url,
        "terms_url": client.terms_url,
        "privacy_url": client.privacy_url,
    }


def _lifetime(client: Application) -> str:
    if not may_refresh(client):
        minutes = (client.access_token_lifetime or conf.ACCESS_TOKEN_SECONDS) // 60
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    days = max((client.refresh_token_lifetime or conf.REFRESH_TOKEN_SECONDS) // DAY, 1)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _person(situation: Situation) -> User:
    return _session(situation).user


def _session(situation: Situation) -> SsoSession:
    if situation.session is None:
        raise TypeError("the consent page is shown to a signed-in person only")
    return situation.session
