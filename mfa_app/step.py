"""The step of signing in that this room is (`LOGIN_STEPS`)."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from accounts_app.models import User
from mfa_app.policy import is_missing
from mfa_app.selectors import possible_of
from sessions_app.assurance import highest
from sessions_app.pending import PendingLogin
from sessions_app.step_up import acr_required_of


class SecondFactorStep:
    """Needed by whoever has a second factor, and wherever two factors are insisted on."""

    name = "second_factor"

    def is_needed(self, request: HttpRequest | None, pending: PendingLogin) -> bool:
        """Whether a proof is missing, whatever way in this is (H08)."""
        user = User.objects.get(pk=pending.user_id)
        return is_missing(possible_of(user), pending.proofs, required_acr(user, pending))

    def url(self, pending: PendingLogin) -> str:
        """The page that asks."""
        return f"{reverse('mfa:challenge')}?{urlencode({'login': pending.pending_id})}"


def required_acr(user: User, pending: PendingLogin) -> str:
    """What this login has to reach: for who it is, and for what the step-up wants."""
    return highest(acr_required_of(user), pending.required_acr)
