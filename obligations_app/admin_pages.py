"""What this room adds to the operators' site: the dashboard, and its key figures on the index."""

from functools import partial

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import URLPattern, path

from core_app.contributions import Panel
from obligations_app.dashboard import views


def urls(site: AdminSite) -> list[URLPattern]:
    """Pages under the site's address, each behind the site's own door."""
    return [
        path("dashboard/", site.admin_view(partial(views.show, site=site)), name="dashboard"),
        path(
            "dashboard/count/",
            site.admin_view(partial(views.bring_up_to_date, site=site)),
            name="dashboard_count",
        ),
    ]


def panels(request: HttpRequest) -> list[Panel]:
    """What stands above the list of tables on the index."""
    context = views.index_panel(request)
    return [Panel("admin/dashboard/panel.html", context)] if context is not None else []
