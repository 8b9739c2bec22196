"""The pages of this room."""

from django.urls import path

from mfa_app.views import adding, challenge, passkey_login, security, set_up, step_up

app_name = "mfa"
urlpatterns = [
    path("login/second-factor/", challenge.challenge, name="challenge"),
    path("login/second-factor/send/", challenge.send, name="send"),
    path("login/second-factor/passkey-options/", challenge.passkey_options, name="passkey-options"),
    path("login/second-factor/set-up/", set_up.set_up, name="set-up"),
    path("login/step-up/", step_up.step_up, name="step-up"),
    path("login/passkey/", passkey_login.passkey_login, name="passkey-login"),
    path("login/passkey/options/", passkey_login.options, name="passkey-login-options"),
    path("account/security/", security.security, name="security"),
    path("account/security/app/", adding.begin_totp, name="totp"),
    path("account/security/app/set-up/", adding.finish_totp, name="totp-finish"),
    path("account/security/passkey/", adding.passkey, name="passkey"),
    path("account/security/passkey/options/", adding.new_passkey_options, name="passkey-new-options"),
    path("account/security/codes/<slug:kind>/", security.add_codes, name="add-codes"),
    path("account/security/backup-codes/", security.make_backup_codes, name="backup-codes"),
    path("account/security/<uuid:factor_id>/", security.factor, name="factor"),
    path("account/security/<uuid:factor_id>/remove/", security.remove, name="factor-remove"),
]
