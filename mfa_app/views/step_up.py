"""The page that others send to for more proof (`STEP_UP_URL`): `?acr=aal2&next=…`, with `&wish=1` what is voluntary."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from core_app.pages import next_of, page, see_other
from mfa_app.step import SecondFactorStep
from sessions_app import pending as pending_logins
from sessions_app.assurance import LADDER, satisfies
from sessions_app.middleware import sso_session_of
from sessions_app.step_up import begin_step_up


@page
def step_up(request: HttpRequest) -> HttpResponse:
    """Straight on when enough is proven; else a pending login of this person, and the page that asks."""
    acr = request.GET.get("acr", "")
    if acr not in LADDER:
        return render(request, "mfa/unknown_level.html", status=400)
    session = sso_session_of(request)
    if session is None:
        back = urlencode({"next": request.get_full_path()})
        return see_other(f"{resolve_url(settings.LOGIN_URL)}?{back}")
    if satisfies(session.acr, acr):
        return see_other(next_of(request))
    pending = begin_step_up(request, session=session, required_acr=acr, next_url=next_of(request))
    if request.GET.get("wish"):
        pending = pending.with_notes(is_wish=1)
    pending_logins.store(pending)
    return see_other(SecondFactorStep().url(pending))
