"""The pages of this room."""

from django.urls import path

from phone_auth_app.views.login import login
from phone_auth_app.views.logout import logout
from phone_auth_app.views.signup import resend, signup, verify
from phone_auth_app.views.signup_account import password, profile

app_name = "phone_auth"
urlpatterns = [
    path("login/", login, name="login"),
    path("logout/", logout, name="logout"),
    path("signup/", signup, name="signup"),
    path("signup/verify/", verify, name="signup-verify"),
    path("signup/resend/", resend, name="signup-resend"),
    path("signup/password/", password, name="signup-password"),
    path("signup/profile/", profile, name="signup-profile"),
]
