from django.apps import AppConfig
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils.translation import gettext_lazy as _

from accounts_app.signals import person_deactivated, phone_first_proven
from sessions_app.signals import session_ended


class DeskConfig(AppConfig):
    name = "custom_scopes_and_policies_app"
    verbose_name = _("Apps, consent and tokens")

    def ready(self) -> None:
        # Models and what uses them can only be imported once Django has loaded every app.
        from custom_scopes_and_policies_app import checks, receivers, signals  # noqa: F401, PLC0415
        from custom_scopes_and_policies_app.models import Application, PolicyLevel, RefreshToken, Scope  # noqa: PLC0415

        session_ended.connect(receivers.end_what_came_from_session, dispatch_uid="end_what_came_from_session")
        person_deactivated.connect(receivers.end_tokens_of_person, dispatch_uid="end_tokens_of_person")
        phone_first_proven.connect(receivers.withdraw_everything, dispatch_uid="withdraw_everything")
        post_delete.connect(receivers.forget_family, sender=RefreshToken, dispatch_uid="forget_family")
        groups = Application.allowed_groups.through
        m2m_changed.connect(receivers.forget_client, sender=groups, dispatch_uid="forget_client")
        for signal in (post_save, post_delete):
            signal.connect(receivers.forget_client, sender=Application, dispatch_uid="forget_client")
            for model in (Scope, PolicyLevel):
                signal.connect(receivers.forget_scopes, sender=model, dispatch_uid=f"forget_{model.__name__}")
