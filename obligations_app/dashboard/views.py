"""The dashboard's page, the button that brings it up to date, and the short form on the admin's index."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from obligations_app.dashboard.counts import add_newest, freshness, read_counts
from obligations_app.dashboard.figures import KEY_FIGURES, key_figures
from obligations_app.dashboard.figures import dashboard as read_dashboard
from obligations_app.dashboard.forms import RangeForm
from obligations_app.dashboard.log_links import messages_url
from obligations_app.dashboard.present import NEEDS_A_LOOK, WAITING, present
from obligations_app.dashboard.ranges import PRESETS, USUAL, preset_range
from obligations_app.rollup_conf import conf
from obligations_app.rollups import catch_up

PERMISSION = "obligations_app.view_dashboard"
# Without a worker the page itself keeps the figures up to date, for no longer than a person waits gladly.
OWN_SECONDS = 1.0


def may_see(request: HttpRequest) -> bool:
    """Whether this operator may see what the server does as a whole."""
    return bool(request.user.has_perm(PERMISSION))


@require_safe
def show(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Everything about one range of time. Raises PermissionDenied."""
    if not may_see(request):
        raise PermissionDenied
    now = timezone.now()
    _keep_up(now)
    form = RangeForm(request.GET, now=now)
    shown = form.chosen()
    context = {
        **site.each_context(request),
        "title": _("Dashboard"),
        "board": read_dashboard(shown),
        "present": present(now, shown.start),
        "links": _links(request, shown.start),
        "form": form,
        "first_day": form["from"],
        "presets": [(name, _preset_names()[name], name == shown.preset) for name in PRESETS],
        "zone": settings.TIME_ZONE,
    }
    return TemplateResponse(request, "admin/dashboard/page.html", context)


@require_POST
def bring_up_to_date(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """What the worker does every minute, now. Raises PermissionDenied."""
    if not may_see(request):
        raise PermissionDenied
    counted = catch_up(seconds=conf.ROLLUP_SECONDS)
    if None in counted.values():
        messages.info(request, _("The figures are being brought up to date already."))
    elif freshness(timezone.now()).is_stale:
        messages.info(request, _("There is more to count. Press the button again."))
    else:
        messages.success(request, _("The figures are up to date."))
    return redirect("admin:dashboard")


def index_panel(request: HttpRequest) -> dict[str, Any] | None:
    """The key figures of the last 24 hours; None for operators who may not see them."""
    if not may_see(request):
        return None
    now = timezone.now()
    shown = preset_range(USUAL, now)
    events = [event for event, _label, _kind in KEY_FIGURES]
    counts = read_counts(shown, events)
    add_newest(counts, shown, freshness(now), events)
    return {"figures": key_figures(counts, shown)}


def _keep_up(now: datetime) -> None:
    if not settings.CELERY_BROKER_URL and freshness(now).is_stale:
        catch_up(seconds=OWN_SECONDS)


def _links(request: HttpRequest, since: datetime) -> dict[str, str]:
    """Leads to the lists of what is so now, where the operator may see them."""
    links = {}
    if request.user.has_perm("messaging_app.view_outboundmessage"):
        links["waiting"] = messages_url(statuses=WAITING)
        links["dead"] = messages_url(since, statuses=NEEDS_A_LOOK)
    if request.user.has_perm("sessions_app.view_ssosession"):
        links["sessions"] = reverse("admin:sessions_app_ssosession_changelist")
    return links


def _preset_names() -> dict[str, str]:
    return {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days")}
