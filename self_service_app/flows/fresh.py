"""Some things want a sign-in that was proven lately: a found open browser is not enough for them (ASVS 7.5.1)."""

from django.utils.translation import gettext_lazy as _

from core_app.errors import AppError
from self_service_app.conf import conf
from sessions_app import guard
from sessions_app.models import SsoSession


class NotFresh(AppError):
    """The sign-in is too long ago."""

    code = "fresh_login_required"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Sign in again to do this."))


def is_fresh(session: SsoSession) -> bool:
    """Whether it was proven lately. Signing in again proves second factors too, where the person has some."""
    return guard.is_fresh(session, seconds=conf.ACCOUNT_FRESH_SECONDS)


def require_fresh(session: SsoSession) -> None:
    """Raise NotFresh unless it is."""
    if not is_fresh(session):
        raise NotFresh
