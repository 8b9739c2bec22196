"""The pages of this room."""

from django.urls import path

from self_service_app.pages import apps, overview, sessions

app_name = "account"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("apps/", apps.index, name="apps"),
    path("apps/<uuid:public_id>/disconnect/", apps.disconnect, name="app-disconnect"),
    path("sessions/", sessions.index, name="sessions"),
    path("sessions/end-others/", sessions.end_others, name="sessions-end-others"),
    path("sessions/<uuid:sid>/end/", sessions.end, name="session-end"),
]
