"""Signed-in devices: where the account is open, and closing it there."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from core_app.caller import caller_of
from custom_scopes_and_policies_app.logout import end_everything, end_one
from custom_scopes_and_policies_app.selectors import sessions_in_use
from self_service_app.pages.frame import READ, account_page, go_to, see_other
from sessions_app.devices import rename_device
from sessions_app.logout import sign_out, signed_out_url
from sessions_app.models import Device, SsoSession


@account_page(*READ)
def index(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """The list: this device first."""
    sessions = sorted(sessions_in_use(user_id=session.user_id), key=lambda other: other.pk != session.pk)
    return render(request, "account/sessions.html", {"sessions": sessions, "this": session})


@account_page("POST")
def end(request: HttpRequest, session: SsoSession, *, sid: uuid.UUID) -> HttpResponse:
    """Sign one device out, as often as it is sent. Somebody else's sign-in does not exist here."""
    ended = get_object_or_404(SsoSession, pk=sid, user_id=session.user_id)
    if ended.pk == session.pk:
        return go_to(signed_out_url(sign_out(request, reason=SsoSession.EndReason.LOGOUT)))
    end_one(session=ended, caller=caller_of(request))
    messages.success(request, _("That device is signed out."))
    return see_other("account:sessions")


@account_page("POST")
def end_others(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Sign every device out but this one."""
    end_everything(user=session.user, keep=session, caller=caller_of(request))
    messages.success(request, _("You are signed out everywhere else."))
    return see_other("account:sessions")


@account_page("POST")
def rename(request: HttpRequest, session: SsoSession, *, device_id: uuid.UUID) -> HttpResponse:
    """Give a device a name of one's own."""
    device = get_object_or_404(Device, pk=device_id, user_id=session.user_id)
    rename_device(device=device, name=request.POST.get("name", ""), caller=caller_of(request))
    messages.success(request, _("The device has its new name."))
    return see_other("account:sessions")
