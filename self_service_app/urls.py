"""The pages of this room."""

from django.urls import path

from self_service_app.pages import apps, closing, export, not_me, overview, profile, recovery, sessions

app_name = "account"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("profile/", profile.profile, name="profile"),
    path("export/", export.export, name="export"),
    path("close/", closing.close, name="close"),
    path("close/undo/<str:token>/", closing.undo, name="close-undo"),
    path("apps/", apps.index, name="apps"),
    path("apps/<uuid:public_id>/change/", apps.change, name="app-change"),
    path("apps/<uuid:public_id>/disconnect/", apps.disconnect, name="app-disconnect"),
    path("sessions/", sessions.index, name="sessions"),
    path("sessions/end-others/", sessions.end_others, name="sessions-end-others"),
    path("sessions/<uuid:sid>/end/", sessions.end, name="session-end"),
    path("devices/<uuid:device_id>/rename/", sessions.rename, name="device-rename"),
    path("not-me/<str:token>/", not_me.not_me, name="not-me"),
    path("recover/<str:token>/", recovery.recover, name="recover"),
]
