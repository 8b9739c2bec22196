"""Signed-in devices: where the account is open, and closing it there."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from core_app.caller import caller_of
from self_service_app.pages.frame import READ, account_page, see_other
from sessions_app.ending import end_session, end_sessions_of
from sessions_app.logout import sign_out
from sessions_app.models import SsoSession
from sessions_app.selectors import live_sessions

LOGOUT = SsoSession.EndReason.LOGOUT


@account_page(*READ)
def index(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """The list: this device first."""
    sessions = sorted(live_sessions(user_id=session.user_id), key=lambda other: other.pk != session.pk)
    return render(request, "account/sessions.html", {"sessions": sessions, "this": session})


@account_page("POST")
def end(request: HttpRequest, session: SsoSession, *, sid: uuid.UUID) -> HttpResponse:
    """Sign one device out, as often as it is sent. Somebody else's sign-in does not exist here."""
    ended = get_object_or_404(SsoSession, pk=sid, user_id=session.user_id)
    if ended.pk == session.pk:
        sign_out(request, reason=LOGOUT)
        return see_other("phone_auth:logout")
    end_session(session=ended, reason=LOGOUT, caller=caller_of(request))
    messages.success(request, _("That device is signed out."))
    return see_other("account:sessions")


@account_page("POST")
def end_others(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Sign every device out but this one."""
    end_sessions_of(user_id=session.user_id, reason=LOGOUT, keep=[session], caller=caller_of(request))
    messages.success(request, _("You are signed out everywhere else."))
    return see_other("account:sessions")
