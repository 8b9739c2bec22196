"""Every address of the server but the probes' (`probes.py`). What belongs to a room is in its own `urls.py`."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from auth_server_django import views
from auth_server_django.api import api

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("custom_scopes_and_policies_app.urls")),
    path("", include("phone_auth_app.urls")),
    path("", include("email_auth_app.urls")),
    path("", include("social_login_app.urls")),
    path("", include("mfa_app.urls")),
    path("", include("messaging_app.urls")),
    path("account/", include("self_service_app.urls")),
    path("account/", include("obligations_app.urls")),
    path("api/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
if settings.DEBUG and settings.DEMO:
    urlpatterns.append(path("", include("demo_app.urls")))

handler400 = "auth_server_django.views.bad_request"
handler403 = "auth_server_django.views.permission_denied"
handler404 = "auth_server_django.views.page_not_found"
handler500 = "auth_server_django.views.server_error"
