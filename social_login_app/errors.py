"""What goes wrong between here, a provider and a person. What the provider said about it is for the log alone."""

from django.utils.translation import gettext_lazy as _

from core_app.errors import AppError, NotFound, Unavailable

RETRY_SECONDS = 60


class SocialLoginRefused(AppError):
    """A sign-in through a provider that leads nowhere. Its page offers to start again."""

    code = "social_login_refused"


class AttemptGone(SocialLoginRefused):
    """Not begun in this browser or by this app, too old, or used."""

    code = "attempt_gone"

    def __init__(self) -> None:
        super().__init__(
            _("This sign-in was used, was begun in another browser, or took too long. Start again.")
        )


class NotConfirmed(SocialLoginRefused):
    """The provider's answer is not what it must be; `detail` says in what, for the log."""

    code = "not_confirmed"

    def __init__(self, label: str, detail: str) -> None:
        message = _("%(provider)s did not confirm who you are. Start again, or sign in another way.")
        super().__init__(message % {"provider": label}, detail=detail)


class GivenUp(SocialLoginRefused):
    """The person, or the provider for them, said no."""

    code = "access_denied"

    def __init__(self, label: str) -> None:
        message = _("You did not continue with %(provider)s. Start again, or sign in another way.")
        super().__init__(message % {"provider": label})


class AccountRefused(SocialLoginRefused):
    """The account is shut."""

    code = "account_refused"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("This account cannot be used right now. Ask whoever runs this service."))


class AddressTaken(SocialLoginRefused):
    """The account with this verified address has to be asked itself."""

    code = "address_taken"
    status = 409

    def __init__(self, label: str) -> None:
        message = _(
            "Your address at %(provider)s has an account here already. Sign in to it another way, then connect "
            "%(provider)s in your account."
        )
        super().__init__(message % {"provider": label})


class IdentityTaken(SocialLoginRefused):
    """Another account has this upstream identity. The unique constraint decides, so it holds under races."""

    code = "identity_taken"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "This sign-in is connected to another account here. Sign in with it to disconnect it there first."
            )
        )


class LastWayIn(AppError):
    """Without it the person could not sign in any more."""

    code = "last_way_in"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "This is the only way you can sign in. Add a phone number, or an e-mail address and a password, first."
            )
        )


class ProviderAway(Unavailable):
    """The provider did not answer, or not in time."""

    def __init__(self, label: str, detail: str) -> None:
        message = _(
            "%(provider)s cannot be reached right now. Try again in a minute, or sign in another way."
        )
        super().__init__(message % {"provider": label}, retry_after=RETRY_SECONDS, detail=detail)


class NotFresh(AppError):
    """The sign-in is too long ago to change how one signs in."""

    code = "fresh_login_required"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Sign in again to change how you sign in."))


class UnknownIdentity(NotFound):
    """Not there, or not this person's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such connected provider."))
