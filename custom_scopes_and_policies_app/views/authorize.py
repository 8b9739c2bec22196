"""The authorization endpoint: validate, ask the hub, do what it says (RFC 6749 §3.1, OIDC Core §3.1.2)."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core_app.caller import caller_of, client_ip_of
from core_app.errors import TooManyAttempts
from custom_scopes_and_policies_app import stored_requests
from custom_scopes_and_policies_app.authorization_rate import count_request
from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.authorize import AskConsent, Issue, Login, Refuse, Step, StepUp, next_step
from custom_scopes_and_policies_app.codes import AlreadyAnswered, issue_code
from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.facts import Situation, situation_of
from custom_scopes_and_policies_app.request_parameters import MAX_QUERY, query_pairs
from custom_scopes_and_policies_app.ui_locales import PARAMETER as UI_LOCALES
from custom_scopes_and_policies_app.ui_locales import spoken_language
from custom_scopes_and_policies_app.validation import (
    RefusedRequest,
    UnsafeRequest,
    validate_request,
)
from custom_scopes_and_policies_app.views.device_answers import approve_device, refuse_device
from custom_scopes_and_policies_app.views.responses import (
    answer_code,
    answer_error,
    error_page,
    expired_page,
    not_now_page,
    see_other,
)
from sessions_app.browser import browser_binding, browser_bindings
from sessions_app.middleware import sso_session_of


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
        session = sso_session_of(request)
        count_request(user_id=session.user_id if session else None, ip=client_ip_of(request))
        asked = validate_request(query_pairs(request.META.get("QUERY_STRING", "")))
    except TooManyAttempts as error:
        return not_now_page(request, error)
    except UnsafeRequest as error:
        return error_page(request, error.error, error.description)
    except RefusedRequest as error:
        return answer_error(request, error.destination, error, reason=error.reason)
    except ValueError:
        return error_page(request, "invalid_request", "The request is too long or cannot be decoded.")
    request.META["auth.client_id"] = asked.client_id
    return _advance(request, asked)


def _resume(request: HttpRequest) -> HttpResponse:
    asked = stored_requests.load(request.GET["request"], bindings=browser_bindings(request))
    if asked is None:
        return expired_page(request)
    if request.GET.get("account") == "current":
        asked = stored_requests.select_account(asked)
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
        return refuse_app(request, asked, step.error, reason=step.reason or step.error)
    return _send_to_page(request, asked, step, is_signed_in=situation.session is not None)


def _issue(request: HttpRequest, asked: AuthorizationRequest, situation: Situation) -> HttpResponse:
    if situation.session is None:
        return expired_page(request)
    if asked.device_id:
        return approve_device(request, asked, situation)
    try:
        code = issue_code(
            request=asked,
            client=situation.client,
            session=situation.session,
            granted=situation.granted,
            caller=caller_of(request),
        )
    except AlreadyAnswered:
        return expired_page(request)
    return answer_code(request, asked.destination, code)


def _send_to_page(
    request: HttpRequest, asked: AuthorizationRequest, step: Step, *, is_signed_in: bool
) -> HttpResponse:
    kept = asked if asked.request_id else stored_requests.keep(asked, binding=browser_binding(request))
    resume = _resume_url(kept)
    if isinstance(step, AskConsent):
        return see_other(f"{reverse('desk:consent')}?{urlencode({'request': kept.request_id})}")
    if isinstance(step, StepUp):
        if not settings.STEP_UP_URL:
            return refuse_app(
                request, kept, "unmet_authentication_requirements", reason="no_step_up_configured"
            )
        parameters = {"next": resume, "acr": step.acr}
        if step.is_wish:
            stored_requests.offer_step_up(kept)
            # OIDC Core §3.1.2.1: `acr_values` is voluntary, so the person may go on without.
            parameters["wish"] = "1"
        return see_other(f"{resolve_url(settings.STEP_UP_URL)}?{urlencode(parameters)}")
    return see_other(_login_url(kept, step, resume, is_signed_in=is_signed_in))


def _resume_url(kept: AuthorizationRequest) -> str:
    """Where every step comes back to. The pages on the way read the app's language from it (`ui_locales`)."""
    parameters = {"request": kept.request_id}
    language = spoken_language(kept.ui_locales)
    if language:
        parameters[UI_LOCALES] = language
    return f"{reverse('desk:authorize')}?{urlencode(parameters)}"


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


def refuse_app(request: HttpRequest, asked: AuthorizationRequest, error: str, *, reason: str) -> HttpResponse:
    """Answer the app, or the waiting device, with an error; the request is used up."""
    if not stored_requests.take(asked):
        return expired_page(request)
    if asked.device_id:
        return refuse_device(request, asked, reason=reason)
    return answer_error(request, asked.destination, OAuthError(error), reason=reason)


def _posted_pairs(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.POST.lists() for value in map(str, values)]
