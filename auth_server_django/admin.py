"""The operators' site: Django's admin behind the same login pipeline as everybody else's."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core_app.contributions import modules
from core_app.safe_redirect import safe_path
from phone_auth_app.views.logout import logout as sign_out_page
from sessions_app.assurance import satisfies
from sessions_app.middleware import sso_session_of
from sessions_app.step_up import acr_of_operators


class ServerAdminSite(admin.AdminSite):
    site_header = _("Authorization server")
    site_title = _("Operators")
    index_title = _("Overview")

    def get_urls(self) -> list[Any]:
        """Pages of the rooms, then Django's own."""
        pages = [page for room in modules("admin_pages") for page in room.urls(self)]
        return [*pages, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The tables, below what the rooms put on top."""
        panels = [panel for room in modules("admin_pages") for panel in room.panels(request)]
        return super().index(request, {**(extra_context or {}), "panels": panels})

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """No password form of its own: one login pipeline, one set of limits, one session (L04, H08)."""
        index = reverse("admin:index", current_app=self.name)
        target = safe_path(request.GET.get("next"), index)
        if self.has_permission(request):
            return HttpResponseRedirect(target)
        if _is_operator(request) and settings.STEP_UP_URL:
            query = urlencode({"acr": acr_of_operators(), "next": target})
            return HttpResponseRedirect(f"{resolve_url(settings.STEP_UP_URL)}?{query}")
        if request.user.is_authenticated:
            return render(request, "admin/not_an_operator.html", status=403)
        return redirect_to_login(target)

    def logout(  # type: ignore[override]  # the stubs know Django's own page only
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """As everybody signs out: Django's own way would leave the session, and the apps opened with it, alive."""
        return sign_out_page(request)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """As everybody sets a new password: with a code, after which every other device is signed out."""
        return redirect("phone_auth:reset")

    def has_permission(self, request: HttpRequest) -> bool:
        """For operators, with as much proof as they need (L04): looked at on every page, not at sign-in only."""
        session = sso_session_of(request) if _is_operator(request) else None
        return session is not None and satisfies(session.acr, acr_of_operators())


def _is_operator(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)
