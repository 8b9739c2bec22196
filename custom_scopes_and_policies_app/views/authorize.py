"""The authorization endpoint: validate, ask the hub, do what it says (RFC 6749 §3.1, OIDC Core §3.1.2)."""

from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core_app.caller import caller_of
from custom_scopes_and_policies_app import authorization_request as requests
from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.authorize import AskConsent, Issue, Login, Refuse, Step, StepUp, next_step
from custom_scopes_and_policies_app.codes import issue_code
from custom_scopes_and_policies_app.facts import Situation, situation_of
from custom_scopes_and_policies_app.form_action import allow_redirect_to
from custom_scopes_and_policies_app.redirect_uris import with_parameters
from custom_scopes_and_policies_app.signals import authorization_refused
from custom_scopes_and_policies_app.validation import (
    RefusedRequest,
    UnsafeRequest,
    validate_request,
)
from custom_scopes_and_policies_app.views.responses import see_other
from sessions_app.browser import browser_binding

MAX_FORM_FIELDS = 100
MAX_QUERY = 8000


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """A new request, or the resumption of a stored one (`?request=<id>`)."""
    if request.method == "POST":
        # OIDC Core §3.1.2.1 wants POST too. A cross-site POST brings no SameSite=Lax cookies: go round once by GET.
        query = urlencode(_posted_pairs(request))
        if len(query) > MAX_QUERY:
            return error_page(request, "invalid_request", "The request is too long.")
        return see_other(f"{reverse('desk:authorize')}?{query}")
    if "request" in request.GET and "client_id" not in request.GET:
        return _resume(request)
    try:
        pairs = parse_qsl(
            request.META.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS
        )
        asked = validate_request(pairs)
    except UnsafeRequest as error:
        return error_page(request, error.error, error.description)
    except RefusedRequest as error:
        return _answer_error(request, error, reason=error.reason)
    except ValueError:
        return error_page(request, "invalid_request", "The parameters cannot be decoded.")
    return _advance(request, asked)


def _resume(request: HttpRequest) -> HttpResponse:
    asked = requests.load(request.GET["request"], binding=browser_binding(request))
    if asked is None:
        return expired_page(request)
    if request.GET.get("account") == "current":
        asked = requests.select_account(asked)
    return _advance(request, asked)


def _advance(request: HttpRequest, asked: AuthorizationRequest) -> HttpResponse:
    """Do what the hub says is next."""
    situation = situation_of(request, asked)
    if situation is None:
        return error_page(request, "invalid_client", "This app may not ask for this any more.")
    step = next_step(situation.facts)
    if isinstance(step, Issue):
        return _issue(request, asked, situation)
    if isinstance(step, Refuse):
        refused = RefusedRequest.of(asked, step.error)
        return _answer_error(request, refused, reason=step.reason or step.error)
    return _send_to_page(request, asked, step, is_signed_in=situation.session is not None)


def _issue(request: HttpRequest, asked: AuthorizationRequest, situation: Situation) -> HttpResponse:
    if situation.session is None or not requests.take(asked):
        return expired_page(request)
    code = issue_code(
        request=asked,
        client=situation.client,
        session=situation.session,
        granted=situation.granted,
        caller=caller_of(request),
    )
    return answer_app(asked.redirect_uri, asked.state, {"code": code})


def _send_to_page(
    request: HttpRequest, asked: AuthorizationRequest, step: Step, *, is_signed_in: bool
) -> HttpResponse:
    kept = asked if asked.request_id else requests.keep(asked, binding=browser_binding(request))
    resume = f"{reverse('desk:authorize')}?{urlencode({'request': kept.request_id})}"
    if isinstance(step, AskConsent):
        return see_other(f"{reverse('desk:consent')}?{urlencode({'request': kept.request_id})}")
    if isinstance(step, StepUp):
        if not settings.STEP_UP_URL:
            refused = RefusedRequest.of(asked, "unmet_authentication_requirements")
            return _answer_error(request, refused, reason="no_step_up_configured")
        return see_other(
            f"{resolve_url(settings.STEP_UP_URL)}?{urlencode({'next': resume, 'acr': step.acr})}"
        )
    allow_redirect_to(kept.redirect_uri, binding=browser_binding(request))
    return see_other(_login_url(kept, step, resume, is_signed_in=is_signed_in))


def _login_url(asked: AuthorizationRequest, step: Step, resume: str, *, is_signed_in: bool) -> str:
    """The login page is found by URL name; the desk knows no login step.

    Whoever is signed in and is sent there all the same has to prove it again: "continue" would lead straight back.
    """
    creates = isinstance(step, Login) and step.creates
    parameters = {"next": resume}
    if isinstance(step, Login) and step.selects:
        parameters["prompt"] = "select_account"
    elif is_signed_in or "login" in asked.prompts:
        parameters["prompt"] = "login"
    if asked.login_hint:
        parameters["login_hint"] = asked.login_hint
    return f"{resolve_url(settings.SIGNUP_URL if creates else settings.LOGIN_URL)}?{urlencode(parameters)}"


def answer_app(redirect_uri: str, state: str, parameters: dict[str, str]) -> HttpResponse:
    """The authorization response: back to the app with `state` and, always, `iss` (RFC 9207 §2)."""
    echoed = {"state": state} if state else {}
    # RFC 9700 §4.12: 303, so that no browser repeats a POST body at the app.
    return see_other(with_parameters(redirect_uri, {**parameters, **echoed, "iss": settings.ISSUER_URL}))


def _answer_error(request: HttpRequest, error: RefusedRequest, *, reason: str) -> HttpResponse:
    with transaction.atomic():
        authorization_refused.emit(
            client_id=error.client_id, outcome="refused", reason=reason, caller=caller_of(request)
        )
    parameters = {"error": error.error}
    if error.description:
        parameters["error_description"] = error.description
    return answer_app(error.redirect_uri, error.state, parameters)


def refuse_app(request: HttpRequest, asked: AuthorizationRequest, error: str, *, reason: str) -> HttpResponse:
    """Answer the app with an error, from a later step of the same request."""
    requests.take(asked)
    return _answer_error(request, RefusedRequest.of(asked, error), reason=reason)


def error_page(request: HttpRequest, error: str, description: str) -> HttpResponse:
    """A page for the person when the app cannot be told: never a redirect (RFC 6749 §4.1.2.1)."""
    advice = _("This link of the app does not work. Go back to the app and try again, or tell its makers.")
    context = {"error": error, "error_description": description, "advice": advice}
    return render(request, "authorize/error.html", context, status=400)


def expired_page(request: HttpRequest) -> HttpResponse:
    """The stored request is gone: finished already, too old, or of another browser."""
    advice = _(
        "Go back to the app and start again. This happens when a page was open for long or was finished before."
    )
    context = {
        "error": "invalid_request",
        "error_description": _("This sign-in is over or belongs to another browser."),
        "advice": advice,
    }
    return render(request, "authorize/error.html", context, status=400)


def _posted_pairs(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.POST.lists() for value in map(str, values)]
