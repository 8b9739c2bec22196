"""“This wasn't me”: where the link in the notice of a new device leads. Works signed out, from any browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core_app.caller import caller_of, client_ip_of
from core_app.errors import AppError
from limits_app import throttle
from self_service_app.pages.frame import READ
from sessions_app import reports

LOOKS_PER_HOUR = 30
HOUR = 3600


@never_cache
@require_http_methods([*READ, "POST"])
def not_me(request: HttpRequest, *, token: str) -> HttpResponse:
    """GET asks, because mail programs open links by themselves; POST closes the sign-in and takes the password away."""
    try:
        throttle.hit(scope="not-me", key=client_ip_of(request), limit=LOOKS_PER_HOUR, per_seconds=HOUR)
        if request.method == "POST":
            reports.report(token, caller=caller_of(request))
            return render(request, "account/not_me_done.html")
        return render(request, "account/not_me.html", {"reported": reports.reportable(token)})
    except AppError as error:
        response = render(request, "account/not_me_refused.html", {"error": error}, status=error.status)
        if error.retry_after is not None:
            response["Retry-After"] = str(error.retry_after)
        return response
