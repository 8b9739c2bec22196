"""The pages of this room."""

from django.urls import path

from email_auth_app.views import change_email, change_password, login, reset, signup

app_name = "email_auth"
urlpatterns = [
    path("signup/email/", signup.signup, name="signup"),
    path("signup/email/verify/", signup.verify, name="signup-verify"),
    path("signup/email/resend/", signup.resend, name="signup-resend"),
    path("signup/email/link/<str:token>/", signup.link, name="signup-link"),
    path("signup/email/password/", signup.password, name="signup-password"),
    path("login/email/", login.login, name="login"),
    path("password/forgot/email/", reset.forgot, name="reset"),
    path("password/forgot/email/verify/", reset.code, name="reset-verify"),
    path("password/forgot/email/resend/", reset.resend, name="reset-resend"),
    path("password/forgot/email/link/<str:token>/", reset.link, name="reset-link"),
    path("password/forgot/email/new/", reset.new_password, name="reset-password"),
    path("account/password/", change_password.password, name="change-password"),
    path("account/email/", change_email.address, name="change"),
    path("account/email/verify/", change_email.code, name="change-verify"),
    path("account/email/resend/", change_email.resend, name="change-resend"),
    path("account/email/link/<str:token>/", change_email.link, name="change-link"),
    path("account/email/undo/<str:token>/", change_email.undo, name="change-undo"),
]
