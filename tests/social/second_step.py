"""A login step that everybody has to pass, as a second factor is."""

from django.http import HttpRequest

from sessions_app.pending import PendingLogin


class EverybodysStep:
    """Plugged in by `LOGIN_STEPS`."""

    name = "second_factor"

    def is_needed(self, request: HttpRequest | None, pending: PendingLogin) -> bool:
        return "otp" not in pending.methods

    def url(self, pending: PendingLogin) -> str:
        return f"/second/?login={pending.pending_id}"
