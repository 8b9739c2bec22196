"""The consent page: who asks, for what, how much of it, for how long; allow and deny weigh the same (K01)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts_app.models import User
from core_app.caller import caller_of
from custom_scopes_and_policies_app import authorization_request as requests
from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.authorize import AskConsent, next_step
from custom_scopes_and_policies_app.clients import may_refresh
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.consents import decline, default_level, give_consent
from custom_scopes_and_policies_app.facts import Situation, situation_of
from custom_scopes_and_policies_app.form_action import open_form_action
from custom_scopes_and_policies_app.models import Consent
from custom_scopes_and_policies_app.redirect_uris import origin_of
from custom_scopes_and_policies_app.scopes import CatalogueEntry, catalogue
from custom_scopes_and_policies_app.views.authorize import expired_page, refuse_app
from custom_scopes_and_policies_app.views.responses import see_other
from sessions_app.browser import browser_binding

DAY = 86_400


@dataclass(frozen=True, slots=True)
class LevelChoice:
    value: str
    label: str
    description: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One scope on the page."""

    name: str
    label: str
    description: str
    required: bool
    required_reason: str
    checked: bool
    already_given: bool
    levels: Sequence[LevelChoice]


@method_decorator(never_cache, name="dispatch")
class ScopeSelectionView(View):
    """GET shows the request stored under `request`; POST answers exactly that request (K04)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self._open(request, request.GET.get("request", ""))
        if isinstance(found, HttpResponse):
            return found
        asked, situation = found
        return self._page(request, asked, situation)

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
        ticked = set(request.POST.getlist("scope"))
        if ticked - set(asked.scopes):
            return self._page(request, asked, situation, problem=_("The page was changed. Choose again."))
        levels = {name: request.POST.get(f"level-{name}", "") for name in asked.scopes}
        granted = _granted(asked, ticked, levels)
        if granted is None:
            return self._page(request, asked, situation, problem=_("Choose one of the levels shown."))
        if not granted:
            # Every box unticked is a "no" in other words.
            return self._deny(request, asked, situation)
        declined = tuple(name for name in asked.scopes if name not in granted)
        user = _person(situation)
        give_consent(
            user=user, client=situation.client, granted=granted, declined=declined, caller=caller_of(request)
        )
        requests.answer(asked, granted=granted, sub=str(user.sub))
        return see_other(f"{reverse('desk:authorize')}?request={asked.request_id}")

    def _open(
        self, request: HttpRequest, request_id: str
    ) -> tuple[AuthorizationRequest, Situation] | HttpResponse:
        """The stored request, if this page is really what comes next for it."""
        asked = requests.load(request_id, binding=browser_binding(request))
        if asked is None:
            return expired_page(request)
        situation = situation_of(request, asked)
        if situation is None:
            return expired_page(request)
        if situation.session is None or not isinstance(next_step(situation.facts), AskConsent):
            return see_other(f"{reverse('desk:authorize')}?request={asked.request_id}")
        return asked, situation

    def _deny(self, request: HttpRequest, asked: AuthorizationRequest, situation: Situation) -> HttpResponse:
        decline(
            user=_person(situation), client=situation.client, scopes=asked.scopes, caller=caller_of(request)
        )
        return refuse_app(request, asked, "access_denied", reason="denied_by_person")

    def _page(
        self, request: HttpRequest, asked: AuthorizationRequest, situation: Situation, problem: str = ""
    ) -> HttpResponse:
        client = situation.client
        context = {
            "app": {
                "name": str(client),
                "owner": client.owner_name,
                "site_url": client.site_url,
                "logo_url": client.logo_url,
                "is_new": situation.consent is None,
            },
            "rows": [_row(catalogue()[name], situation.consent) for name in asked.scopes],
            "lifetime": _lifetime(situation),
            "request_id": asked.request_id,
            "person": _person(situation),
            "problem": problem,
        }
        response = render(request, "consent/scopes.html", context, status=400 if problem else 200)
        open_form_action(response, origin_of(asked.redirect_uri))
        return response


def _granted(asked: AuthorizationRequest, ticked: set[str], levels: dict[str, str]) -> dict[str, str] | None:
    """Scope → level for what was allowed, required scopes included; None when a level does not exist."""
    granted: dict[str, str] = {}
    for name in asked.scopes:
        entry = catalogue()[name]
        if name not in ticked and not entry.scope.is_required:
            continue
        value = levels.get(name) or default_level(entry)
        if entry.levels and entry.level(value) is None:
            return None
        granted[name] = value if entry.levels else ""
    return granted


def _row(entry: CatalogueEntry, consent: Consent | None) -> Row:
    scope = entry.scope
    earlier = consent.scopes if consent is not None else {}
    # The earlier choice is shown again; otherwise the lowest level: the highest is never preselected.
    selected = str(earlier.get(scope.name) or default_level(entry))
    was_declined = consent is not None and scope.name in consent.declined
    return Row(
        name=scope.name,
        label=_(scope.label),
        description=_(scope.description) if scope.description else "",
        required=scope.is_required,
        required_reason=_(scope.required_reason) if scope.required_reason else "",
        checked=scope.is_required or not was_declined,
        already_given=scope.name in earlier,
        levels=[
            LevelChoice(
                level.value,
                _(level.label),
                _(level.description) if level.description else "",
                level.value == selected,
            )
            for level in entry.levels
        ],
    )


def _lifetime(situation: Situation) -> str:
    client = situation.client
    if not may_refresh(client):
        minutes = (client.access_token_lifetime or conf.ACCESS_TOKEN_SECONDS) // 60
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    days = max((client.refresh_token_lifetime or conf.REFRESH_TOKEN_SECONDS) // DAY, 1)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _person(situation: Situation) -> User:
    if situation.session is None:
        raise TypeError("the consent page is shown to a signed-in person only")
    return situation.session.user
