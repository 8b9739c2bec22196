"""The server's addresses and a second factor's page, as an installed step would bring it: it proves, and goes back."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path

from auth_server_django.urls import urlpatterns as addresses
from sessions_app.login import prove
from sessions_app.middleware import sso_session_of


def ask(request: HttpRequest) -> HttpResponse:
    """GET shows the question; POST is the right answer to it."""
    session = sso_session_of(request)
    assert session is not None
    if request.method == "GET":
        return HttpResponse(f"Second factor for {request.GET['acr']}")
    back = prove(request, user=session.user, methods=["pwd", "otp"], next_url=request.GET["next"])
    return HttpResponseRedirect(back, status=303)


urlpatterns = [*addresses, path("second-factor/", include(([path("", ask, name="ask")], "second_factor")))]
