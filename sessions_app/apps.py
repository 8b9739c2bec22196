from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts_app.signals import password_changed, person_deactivated


class SessionsConfig(AppConfig):
    name = "sessions_app"
    label = "sessions_app"
    verbose_name = _("Sessions and devices")

    def ready(self) -> None:
        # Models can only be imported once Django has loaded every app.
        from sessions_app import receivers  # noqa: PLC0415

        password_changed.connect(
            receivers.end_sessions_after_reset, dispatch_uid="end_sessions_after_an_operators_reset"
        )
        person_deactivated.connect(receivers.end_sessions, dispatch_uid="end_sessions_of_the_deactivated")
