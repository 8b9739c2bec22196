from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _

from sessions_app.signals import session_ended


class DeskConfig(AppConfig):
    name = "custom_scopes_and_policies_app"
    verbose_name = _("Apps, consent and tokens")

    def ready(self) -> None:
        # Models and what uses them can only be imported once Django has loaded every app.
        from custom_scopes_and_policies_app import checks, receivers, signals  # noqa: F401, PLC0415
        from custom_scopes_and_policies_app.models import Application, PolicyLevel, RefreshToken, Scope  # noqa: PLC0415

        session_ended.connect(receivers.revoke_tokens_of_session, dispatch_uid="revoke_tokens_of_session")
        post_delete.connect(receivers.forget_family, sender=RefreshToken, dispatch_uid="forget_family")
        for signal in (post_save, post_delete):
            signal.connect(receivers.forget_client, sender=Application, dispatch_uid="forget_client")
            for model in (Scope, PolicyLevel):
                signal.connect(receivers.forget_scopes, sender=model, dispatch_uid=f"forget_{model.__name__}")
