"""My data: everything that is held on me, as a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core_app.caller import caller_of
from core_app.errors import TooManyAttempts
from core_app.pages import not_now
from self_service_app.conf import conf
from self_service_app.flows.exporting import download
from self_service_app.flows.fresh import NotFresh
from self_service_app.pages.frame import READ, account_page
from sessions_app.guard import to_login
from sessions_app.models import SsoSession


@account_page(*READ, "POST")
def export(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """GET says what is in it; POST downloads it. A sign-in that is not fresh is asked for again."""
    if request.method != "POST":
        return render(request, "account/export.html", {"per_day": conf.EXPORTS_PER_DAY})
    try:
        return download(session, caller=caller_of(request))  # type: ignore[return-value]
    except NotFresh:
        return to_login(next_path=request.path, prompt="login")
    except TooManyAttempts as error:
        return not_now(request, error)
