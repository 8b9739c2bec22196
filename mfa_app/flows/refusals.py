"""Why a change to somebody's second factors is refused."""

from django.utils.translation import gettext_lazy as _

from core_app.errors import AppError


class NotFresh(AppError):
    """The sign-in is too long ago, or proved too little, to change how one signs in."""

    code = "fresh_login_required"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Sign in again to change how you sign in."))


class SetupGone(AppError):
    """Setting up an authenticator app took too long, or was finished or begun anew elsewhere."""

    code = "setup_gone"

    def __init__(self) -> None:
        super().__init__(_("This took too long. Start setting up your app again."))


class TooManyFactors(AppError):
    """As many as one may have."""

    code = "too_many_factors"
    status = 409


class NoAddress(AppError):
    """There is no proven number or address to send codes to."""

    code = "no_proven_address"
    status = 409


class NothingEnrolled(AppError):
    """There is no second factor that backup codes could stand in for."""

    code = "no_second_factor"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Add a second factor first. Backup codes are for when you cannot use it."))
