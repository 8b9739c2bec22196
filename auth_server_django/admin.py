"""The operators' site: Django's admin behind the same login pipeline as everybody else's."""

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core_app.safe_redirect import safe_path


class ServerAdminSite(admin.AdminSite):
    site_header = _("Authorization server")
    site_title = _("Operators")
    index_title = _("Overview")

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """No password form of its own: one login pipeline, one set of limits, one session (L04, H08)."""
        index = reverse("admin:index", current_app=self.name)
        target = safe_path(request.GET.get("next"), index)
        if self.has_permission(request):
            return HttpResponseRedirect(target)
        if request.user.is_authenticated:
            return render(request, "admin/not_an_operator.html", status=403)
        return redirect_to_login(target)
