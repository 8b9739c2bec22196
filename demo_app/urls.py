"""Addresses of the demonstration; mounted only where DEBUG and DEMO are on."""

from django.urls import path

from demo_app import actions, inbox, views

app_name = "demo"

urlpatterns = [
    path("demo/", views.start, name="start"),
    path("demo/sign-in/", views.sign_in, name="sign-in"),
    path("demo/callback/", views.callback, name="callback"),
    path("demo/refresh/", actions.refresh, name="refresh"),
    path("demo/introspect/", actions.introspect, name="introspect"),
    path("demo/userinfo/", actions.userinfo, name="userinfo"),
    path("demo/revoke/", actions.revoke, name="revoke"),
    path("demo/sign-out/", actions.sign_out, name="sign-out"),
    path("dev/inbox/", inbox.inbox, name="inbox"),
]
