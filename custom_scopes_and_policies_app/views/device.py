"""Where a person connects a device (RFC 8628 §3.3): they sign in, type its code, and the hub asks the rest.

A code in the link only fills the field in: whoever follows somebody else's link still has to compare it with their own
device and press a button (§3.3.1, §5.4).
"""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core_app.caller import caller_of, client_ip_of
from core_app.errors import TooManyAttempts, Unavailable
from custom_scopes_and_policies_app import stored_requests
from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.device_authorizations import find_waiting
from custom_scopes_and_policies_app.forms import MAX_TYPED, UserCodeForm
from custom_scopes_and_policies_app.models import DeviceAuthorization
from custom_scopes_and_policies_app.signals import device_code_wrong
from custom_scopes_and_policies_app.views.responses import not_now_page, see_other
from limits_app.budgets import Limit, spend
from limits_app.network import ip_bucket
from sessions_app.browser import browser_binding
from sessions_app.middleware import sso_session_of
from sessions_app.models import SsoSession

HOUR = 3600


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Asks a signed-in person for the code of their device."""
    session = sso_session_of(request)
    if session is None:
        return _to_login(request)
    if request.method != "POST":
        typed = request.GET.get("user_code", "")[:MAX_TYPED]
        return _page(request, UserCodeForm(initial={"user_code": typed}))
    form = UserCodeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        _count_try(session, request)
    except (TooManyAttempts, Unavailable) as error:
        return not_now_page(request, error)
    return _enter(request, form, session)


def _enter(request: HttpRequest, form: UserCodeForm, session: SsoSession) -> HttpResponse:
    user_code = form.cleaned_data["user_code"]
    found = find_waiting(user_code)
    if found is None:
        device_code_wrong.emit(
            user_id=session.user_id, sid=session.sid, outcome="refused", caller=caller_of(request)
        )
        # One sentence for wrong, old and used: a guess must not learn which of them it was.
        form.add_error("user_code", _("This code does not work. Look for a new one on your device."))
        return _page(request, form, status=400)
    asked = stored_requests.keep(_request_of(found, user_code, session), binding=browser_binding(request))
    return see_other(f"{reverse('desk:authorize')}?{urlencode({'request': asked.request_id})}")


def _request_of(found: DeviceAuthorization, user_code: str, session: SsoSession) -> AuthorizationRequest:
    """The device's request as the hub knows requests. It is for the person who typed the code (B12)."""
    return AuthorizationRequest(
        requested_at=timezone.now().timestamp(),
        client_id=found.application.client_id,
        redirect_uri="",
        scopes=tuple(found.scope.split()),
        # Never without a page, for our own apps neither: a mere click on a link must not connect a device.
        prompts=("consent",),
        expected_subs=(str(session.user.sub),),
        resources=tuple(found.resource),
        device_id=str(found.pk),
        user_code=user_code,
    )


def _count_try(session: SsoSession, request: HttpRequest) -> None:
    """Counted before the code is looked up, so that parallel guesses are counted too. Raises Exceeded."""
    address = ip_bucket(client_ip_of(request))
    spend(
        [
            Limit("device.code.person", str(session.user.sub), conf.USER_CODE_TRIES_PER_PERSON, HOUR),
            Limit("device.code.address", address, conf.USER_CODE_TRIES_PER_ADDRESS, HOUR),
        ]
    )


def _to_login(request: HttpRequest) -> HttpResponse:
    """Sign in first. The code goes along, so that it need not be typed again."""
    typed = (request.POST.get("user_code") or request.GET.get("user_code", ""))[:MAX_TYPED]
    back = request.path + (f"?{urlencode({'user_code': typed})}" if typed else "")
    return see_other(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}")


def _page(request: HttpRequest, form: UserCodeForm, status: int = 200) -> HttpResponse:
    return render(request, "device/enter.html", {"form": form}, status=status)
