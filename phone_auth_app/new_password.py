"""The last step of signing in for whoever has to set a new password: a proof of the number, then the password.

Nobody is signed in by it. Setting the password ends at the login page, where it is used for the first time.
"""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from accounts_app.models import User
from sessions_app.pending import PendingLogin


class NewPasswordStep:
    """Plugged in by `LOGIN_STEPS`, after the steps that ask for proofs."""

    name = "new_password"

    def is_needed(self, request: HttpRequest | None, pending: PendingLogin) -> bool:
        """For people with a number, in a browser: an app is refused its tokens, and sends the person to the pages."""
        if request is None:
            return False
        return User.objects.filter(
            pk=pending.user_id, must_change_password=True, phone__isnull=False
        ).exists()

    def url(self, pending: PendingLogin) -> str:
        """The first page of "forgot your password", which says why it is shown."""
        return f"{reverse('phone_auth:reset')}?{urlencode({'required': 1, 'next': pending.next_url})}"
