"""What can go wrong with a code, in words for the person who types it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core_app.errors import AppError, NothingCompared, TooManyAttempts


class OtpWrong(AppError):
    """Not the code that was sent for this. `remaining` is how many tries are left."""

    code = "otp_wrong"

    def __init__(self, remaining: int) -> None:
        sentence = ngettext(
            "This is not the code we sent. You have %(count)d try left.",
            "This is not the code we sent. You have %(count)d tries left.",
            remaining,
        )
        super().__init__(sentence % {"count": remaining}, field="code", extra={"remaining": remaining})
        self.remaining = remaining


class OtpExpired(NothingCompared):
    """There is no code that could be right any more."""

    code = "otp_expired"

    def __init__(self) -> None:
        super().__init__(_("This code is no longer good. Ask for a new one."), field="code")


class LinkGone(NothingCompared):
    """The link beside a code is unknown, too old, or one of the two was used."""

    code = "link_gone"

    def __init__(self) -> None:
        super().__init__(_("This link has been used, or it is too old."), field="token")


class OtpExhausted(TooManyAttempts):
    """Too many wrong codes for this address. `retry_after` is in seconds."""

    code = "otp_exhausted"

    def __init__(self, retry_after: int) -> None:
        minutes = max(1, -(-retry_after // 60))
        sentence = ngettext(
            "Too many wrong codes. Try again in %(count)d minute.",
            "Too many wrong codes. Try again in %(count)d minutes.",
            minutes,
        )
        super().__init__(sentence % {"count": minutes}, field="code", retry_after=retry_after)


class ResendTooSoon(TooManyAttempts):
    """A code was sent a moment ago. `retry_after` is in seconds."""

    code = "otp_resend_too_soon"

    def __init__(self, retry_after: int) -> None:
        sentence = ngettext(
            "A code was just sent. You can ask for another in %(count)d second.",
            "A code was just sent. You can ask for another in %(count)d seconds.",
            retry_after,
        )
        super().__init__(sentence % {"count": retry_after}, retry_after=retry_after)
