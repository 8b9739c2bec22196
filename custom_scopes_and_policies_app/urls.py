"""Addresses of the desk (namespace `desk`)."""

from django.urls import path

from custom_scopes_and_policies_app.views import machine
from custom_scopes_and_policies_app.views.authorize import authorize
from custom_scopes_and_policies_app.views.consent import ScopeSelectionView
from custom_scopes_and_policies_app.views.logout import logout

app_name = "desk"

urlpatterns = [
    path("o/authorize/", authorize, name="authorize"),
    path("o/consent/", ScopeSelectionView.as_view(), name="consent"),
    path("o/token/", machine.token, name="token"),
    path("o/revoke_token/", machine.revoke, name="revoke"),
    path("o/introspect/", machine.introspect, name="introspect"),
    path("o/userinfo/", machine.userinfo, name="userinfo"),
    path("o/logout/", logout, name="logout"),
    path(".well-known/openid-configuration", machine.metadata, name="openid-configuration"),
    path(".well-known/oauth-authorization-server", machine.metadata, name="oauth-authorization-server"),
    path(".well-known/jwks.json", machine.jwks, name="jwks"),
    path("o/.well-known/openid-configuration", machine.metadata),
    path("o/.well-known/oauth-authorization-server", machine.metadata),
    path("o/.well-known/jwks.json", machine.jwks),
]
