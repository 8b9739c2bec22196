"""Addresses of the desk (namespace `desk`)."""

from django.urls import path

from custom_scopes_and_policies_app.views import device_answers, machine
from custom_scopes_and_policies_app.views.authorize import authorize
from custom_scopes_and_policies_app.views.consent import ScopeSelectionView
from custom_scopes_and_policies_app.views.device import device
from custom_scopes_and_policies_app.views.logout import logout, signed_out

app_name = "desk"

urlpatterns = [
    path("o/authorize/", authorize, name="authorize"),
    path("o/consent/", ScopeSelectionView.as_view(), name="consent"),
    path("o/token/", machine.token, name="token"),
    path("o/device-authorization/", machine.device_authorization, name="device-authorization"),
    path("o/device/", device, name="device"),
    path("o/device/approved/", device_answers.approved, name="device-approved"),
    path("o/device/denied/", device_answers.denied, name="device-denied"),
    path("o/device/over/", device_answers.over, name="device-over"),
    path("o/revoke_token/", machine.revoke, name="revoke"),
    path("o/introspect/", machine.introspect, name="introspect"),
    path("o/userinfo/", machine.userinfo, name="userinfo"),
    path("o/logout/", logout, name="logout"),
    path("o/signed-out/", signed_out, name="signed-out"),
    path(".well-known/openid-configuration", machine.metadata, name="openid-configuration"),
    path(".well-known/oauth-authorization-server", machine.metadata, name="oauth-authorization-server"),
    path(".well-known/jwks.json", machine.jwks, name="jwks"),
    path("o/.well-known/openid-configuration", machine.metadata),
    path("o/.well-known/oauth-authorization-server", machine.metadata),
    path("o/.well-known/jwks.json", machine.jwks),
]
