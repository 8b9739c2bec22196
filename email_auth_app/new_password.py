"""The last step of signing in for whoever has to set a new password and has an address but no number."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from accounts_app.models import User
from sessions_app.pending import PendingLogin


class NewPasswordStep:
    """Plugged in by `LOGIN_STEPS`, after the steps that ask for proofs."""

    name = "new_password_by_email"

    def is_needed(self, request: HttpRequest | None, pending: PendingLogin) -> bool:
        """In a browser: an app is refused its tokens, and sends the person to the pages."""
        if request is None:
            return False
        return User.objects.filter(
            pk=pending.user_id, must_change_password=True, phone__isnull=True, email_verified_at__isnull=False
        ).exists()

    def url(self, pending: PendingLogin) -> str:
        """The first page of "forgot your password", which says why it is shown."""
        return f"{reverse('email_auth:reset')}?{urlencode({'required': 1, 'next': pending.next_url})}"
