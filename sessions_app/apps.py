from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts_app.signals import (
    email_change_undone,
    password_change_required,
    password_changed,
    person_deactivated,
    phone_change_undone,
    phone_first_proven,
)


class SessionsConfig(AppConfig):
    name = "sessions_app"
    label = "sessions_app"
    verbose_name = _("Sessions and devices")

    def ready(self) -> None:
        # Models can only be imported once Django has loaded every app.
        from sessions_app import receivers  # noqa: PLC0415

        password_changed.connect(
            receivers.end_other_sessions, dispatch_uid="end_other_sessions_after_a_new_password"
        )
        for signal in (phone_first_proven, phone_change_undone, email_change_undone):
            signal.connect(receivers.end_sessions_of_others, dispatch_uid=f"end_sessions_on_{signal.name}")
        password_change_required.connect(
            receivers.end_other_sessions, dispatch_uid="end_sessions_until_a_new_password"
        )
        person_deactivated.connect(receivers.end_sessions, dispatch_uid="end_sessions_of_the_deactivated")
