"""Every address of the server. What belongs to a room is in the room's own `urls.py`."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from auth_server_django import health, views
from auth_server_django.api import api

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("custom_scopes_and_policies_app.urls")),
    path("", include("phone_auth_app.urls")),
    path("", include("messaging_app.urls")),
    path("account/", include("self_service_app.urls")),
    path("api/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("admin/", admin.site.urls),
]
if settings.DEBUG and settings.DEMO:
    urlpatterns.append(path("", include("demo_app.urls")))

handler400 = "auth_server_django.views.bad_request"
handler403 = "auth_server_django.views.permission_denied"
handler404 = "auth_server_django.views.page_not_found"
handler500 = "auth_server_django.views.server_error"
