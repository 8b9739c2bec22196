"""The pages of this room."""

from django.urls import path

from social_login_app.views.accounts import accounts, disconnect
from social_login_app.views.callback import callback
from social_login_app.views.start import connect, start

app_name = "social"
urlpatterns = [
    path("login/social/<slug:provider_id>/", start, name="start"),
    path("login/social/<slug:provider_id>/callback/", callback, name="callback"),
    path("account/social/", accounts, name="accounts"),
    path("account/social/<slug:provider_id>/connect/", connect, name="connect"),
    path("account/social/<uuid:identity_id>/disconnect/", disconnect, name="disconnect"),
]
