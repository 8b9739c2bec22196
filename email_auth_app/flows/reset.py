"""A forgotten password: address → code of eight digits or link → new password. It signs nobody in (F12, ASVS 6.4.3).

The link works in any browser: whoever reads the mailbox may set the password, and the browser that asked gets nothing.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_app.models import User
from accounts_app.selectors import find_by_email
from accounts_app.services import save_new_password, with_new_password
from accounts_app.signals import password_changed
from core_app.caller import Caller
from core_app.errors import AppError
from email_auth_app.flows import proofs
from email_auth_app.flows.proofs import PendingProof
from otp_app import links
from otp_app.purposes import Purpose


class ResetGone(AppError):
    """The proof is gone: too old, used, or the account changed in the meantime."""

    code = "reset_gone"

    def __init__(self) -> None:
        super().__init__(_("This took too long. Enter your e-mail address to start again."))


def start(*, email: str, binding: str, language: str, caller: Caller, next_url: str = "") -> PendingProof:
    """Send code and link to an address, if somebody active has verified it. Raises as `proofs.send`."""
    pending = PendingProof(purpose=Purpose.RESET.value, email=email, binding=binding, next_url=next_url)
    return proofs.send(pending, is_silent=holder_of(email) is None, language=language, caller=caller)


def send_again(pending: PendingProof, *, language: str, caller: Caller) -> PendingProof:
    """Send them again. Raises as `proofs.send_again`."""
    silent = holder_of(pending.email) is None
    return proofs.send_again(pending, is_silent=silent, language=language, caller=caller)


def prove(pending: PendingProof, *, code: str, caller: Caller) -> PendingProof:
    """The same, proven, when the code is right. Raises as `proofs.check`, and ResetGone."""
    proofs.check(pending, code=code, caller=caller)
    return _proven(pending)


def prove_by_link(token: str, *, binding: str, caller: Caller) -> PendingProof:
    """A proof for the browser that the link was opened in. Raises LinkGone and ResetGone."""
    link = links.use(token, purpose=Purpose.RESET, caller=caller)
    return _proven(PendingProof(purpose=Purpose.RESET.value, email=link.address, binding=binding))


def person_of(pending: PendingProof) -> User:
    """Whose password is being set, as long as the proof still holds. Raises ResetGone."""
    person = holder_of(pending.email)
    if not pending.is_proven or person is None or person.pk != pending.user_id:
        raise ResetGone
    return person


def finish(pending: PendingProof, *, password: str, caller: Caller) -> None:
    """Set a password that has passed the rules and tell the person. Raises ResetGone. Every sign-in ends by the event.

    Nobody is signed in by it: whoever comes back with the new password passes every step of signing in.
    """
    person = with_new_password(user=person_of(pending), password=password)
    with transaction.atomic():
        if not save_new_password(user=person):
            raise ResetGone
        password_changed.emit(
            user_id=person.pk, subject=str(person.sub), reason="reset by e-mail", caller=caller
        )


def holder_of(email: str) -> User | None:
    """Whose password may be set: the active person who has verified the address."""
    person = find_by_email(email)
    return person if person is not None and person.is_active else None


def _proven(pending: PendingProof) -> PendingProof:
    person = holder_of(pending.email)
    if person is None:
        raise ResetGone
    return pending.proven(user_id=person.pk)
