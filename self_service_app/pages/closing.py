"""Closing my account: what ends, a tick, a fresh sign-in; and the link of the notice, which opens it again."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts_app.closing import ClosedMeanwhile, OperatorStays, require_closable
from accounts_app.conf import conf as accounts
from accounts_app.phone_changes import UndoRefused
from core_app.caller import caller_of, client_ip_of
from core_app.errors import TooManyAttempts
from core_app.pages import not_now
from custom_scopes_and_policies_app.frontchannel import frames_for, let_in
from custom_scopes_and_policies_app.selectors import sessions_in_use
from limits_app import throttle
from self_service_app.connected_apps import connected_apps
from self_service_app.flows import closing as flow
from self_service_app.flows.fresh import is_fresh
from self_service_app.pages.frame import READ, account_page
from sessions_app.guard import to_login
from sessions_app.logout import sign_out
from sessions_app.models import SsoSession

LOOKS_PER_HOUR = 30
HOUR = 3600
TEMPLATE = "account/close.html"


@account_page(*READ, "POST")
def close(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """GET says what ends and when; POST with the tick does it. A sign-in that is not fresh is asked for again."""
    try:
        require_closable(session.user)
        if not is_fresh(session):
            return to_login(next_path=reverse("account:close"), prompt="login")
        if request.method != "POST":
            return _ask(request, session)
        if request.POST.get("understood") != "yes":
            return _ask(request, session, problem=_("Tick the box first: then it is clear that you mean it."))
        return _closed(request, session)
    except (OperatorStays, ClosedMeanwhile) as error:
        return render(request, "account/close_refused.html", {"error": error}, status=error.status)


@never_cache
@require_http_methods([*READ, "POST"])
def undo(request: HttpRequest, *, token: str) -> HttpResponse:
    """GET asks, because mail programs open links by themselves; POST opens the account again. Works signed out."""
    try:
        throttle.hit(
            scope="account-closing-undo", key=client_ip_of(request), limit=LOOKS_PER_HOUR, per_seconds=HOUR
        )
        if request.method == "POST":
            flow.reopen(token, caller=caller_of(request))
            return render(request, "account/reopened.html")
        return render(request, "account/reopen.html", {"closure": flow.reopenable(token)})
    except UndoRefused as error:
        return render(request, "account/reopen_refused.html", {"error": error}, status=error.status)
    except TooManyAttempts as error:
        return not_now(request, error)


def _ask(request: HttpRequest, session: SsoSession, *, problem: str = "") -> HttpResponse:
    context = {
        "problem": problem,
        "session_count": sessions_in_use(user_id=session.user_id).count(),
        "apps": connected_apps(session.user),
        "days": accounts.ACCOUNT_DELETION_DAYS,
        "delete_after": timezone.now() + timedelta(days=accounts.ACCOUNT_DELETION_DAYS),
    }
    return render(request, TEMPLATE, context, status=400 if problem else 200)


def _closed(request: HttpRequest, session: SsoSession) -> HttpResponse:
    closure = flow.close(session, caller=caller_of(request))
    sign_out(request, reason=SsoSession.EndReason.DEACTIVATED)
    frames = frames_for(session.sid)
    context = {"closure": closure, "has_way_back": closure.undo_until > closure.closed_at, "frames": frames}
    response = render(request, "account/closed.html", context)
    let_in(response, frames)
    return response
