"""The pages of this room."""

from django.urls import path

from phone_auth_app.views import change_phone, code_login, reset
from phone_auth_app.views.login import login
from phone_auth_app.views.logout import logout
from phone_auth_app.views.signup import resend, signup, verify
from phone_auth_app.views.signup_account import password, profile

app_name = "phone_auth"
urlpatterns = [
    path("login/", login, name="login"),
    path("login/code/", code_login.number, name="code-login"),
    path("login/code/verify/", code_login.code, name="code-login-verify"),
    path("login/code/resend/", code_login.resend, name="code-login-resend"),
    path("password/forgot/", reset.number, name="reset"),
    path("password/forgot/verify/", reset.code, name="reset-verify"),
    path("password/forgot/resend/", reset.resend, name="reset-resend"),
    path("password/forgot/new/", reset.new_password, name="reset-password"),
    path("account/phone/", change_phone.number, name="change-phone"),
    path("account/phone/verify/", change_phone.code, name="change-phone-verify"),
    path("account/phone/resend/", change_phone.resend, name="change-phone-resend"),
    path("account/phone/undo/<str:token>/", change_phone.undo, name="change-phone-undo"),
    path("logout/", logout, name="logout"),
    path("signup/", signup, name="signup"),
    path("signup/verify/", verify, name="signup-verify"),
    path("signup/resend/", resend, name="signup-resend"),
    path("signup/password/", password, name="signup-password"),
    path("signup/profile/", profile, name="signup-profile"),
]
