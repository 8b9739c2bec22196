"""Signing out: asked first, because a link on another site must not be able to do it (I05)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core_app.pages import next_of, page, see_other
from sessions_app.logout import sign_out, signed_out_url
from sessions_app.models import SsoSession


@page
def logout(request: HttpRequest) -> HttpResponse:
    """GET asks, or says that nobody is signed in; POST signs out, as often as it is sent (I06)."""
    if request.method == "POST":
        return see_other(signed_out_url(sign_out(request, reason=SsoSession.EndReason.LOGOUT)))
    if not request.user.is_authenticated:
        return render(request, "logout/signed_out.html")
    return render(request, "phone_auth/logout.html", {"next_url": next_of(request)})
