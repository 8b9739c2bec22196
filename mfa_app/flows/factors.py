"""Adding, naming and removing second factors: with a fresh sign-in, told to the person, and others signed out (H07)."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from core_app.caller import Caller
from core_app.errors import NotFound
from mfa_app import backup_codes, totp
from mfa_app.conf import conf
from mfa_app.flows.refusals import NoAddress, NotFresh, NothingEnrolled, SetupGone, TooManyFactors
from mfa_app.gate import NotProven
from mfa_app.kinds import Kind
from mfa_app.models import NAME_LENGTH, BackupCode, CodeFactor, Passkey, PasskeyChallenge, TotpFactor
from mfa_app.passkeys import registration
from mfa_app.passkeys.answers import Answer
from mfa_app.passkeys.challenges import Ceremony
from mfa_app.policy import is_missing
from mfa_app.selectors import Factor, address_of, find_factor, possible_of
from mfa_app.signals import factor_added, factor_removed, factor_renamed, factors_reset
from sessions_app import guard
from sessions_app.ending import end_sessions_of
from sessions_app.models import SsoSession

CHANGED = SsoSession.EndReason.CREDENTIALS_CHANGED


def is_fresh(session: SsoSession) -> bool:
    """Whether this sign-in was proven lately, and with all that the person has (ASVS 7.5.1)."""
    is_lately = guard.is_fresh(session, seconds=conf.MFA_FRESH_SECONDS)
    return is_lately and not is_missing(possible_of(session.user), session.amr, "")


def require_fresh(session: SsoSession) -> None:
    """Raise NotFresh unless it is."""
    if not is_fresh(session):
        raise NotFresh


def begin_totp(session: SsoSession) -> TotpFactor:
    """An authenticator app to be set up. Raises NotFresh, TooManyFactors."""
    require_fresh(session)
    if totp.confirmed(session.user).count() >= conf.MFA_MOST_FACTORS:
        raise _too_many()
    return totp.begin_setup(session.user, about=str(session.sid))


def find_totp(session: SsoSession) -> TotpFactor:
    """The authenticator app that is set up in this sign-in. Raises NotFresh, SetupGone."""
    require_fresh(session)
    factor = totp.find_setup(session.user, about=str(session.sid))
    if factor is None:
        raise SetupGone
    return factor


def finish_totp(session: SsoSession, *, code: str, name: str, caller: Caller) -> None:
    """Let the app count, when its first code is right. Raises NotFresh, SetupGone, NotProven."""
    factor = find_totp(session)
    with transaction.atomic():
        confirm_totp(factor, code=code, name=name)
        added(session.user, Kind.TOTP, session=session, caller=caller)


def finish_passkey(
    session: SsoSession, *, binding: str, answer: Answer, name: str, caller: Caller
) -> list[str]:
    """Add a key; returns the amr names that it has just proven. Raises NotFresh, and as `registration`."""
    require_fresh(session)
    passkey, has_verified = registration.check(
        passkey_ceremony(session, binding), user=session.user, answer=answer
    )
    passkey.name = _plain(name)
    with transaction.atomic():
        registration.insert(passkey)
        added(session.user, Kind.PASSKEY, session=session, caller=caller)
    return registration.methods_of(passkey, has_verified=has_verified)


def passkey_ceremony(session: SsoSession, binding: str) -> Ceremony:
    """For this person, in this sign-in and browser. Raises TooManyFactors."""
    if Passkey.objects.filter(user=session.user).count() >= conf.MFA_MOST_FACTORS:
        raise _too_many()
    return Ceremony(
        purpose=PasskeyChallenge.Purpose.REGISTER, binding=binding, about=str(session.sid), user=session.user
    )


def add_codes(session: SsoSession, kind: Kind, *, caller: Caller) -> None:
    """Ask for codes by SMS or e-mail from now on. Fine to call twice. Raises NotFresh, NoAddress."""
    require_fresh(session)
    if kind not in {Kind.SMS, Kind.EMAIL} or not address_of(session.user, kind):
        raise NoAddress(_("First prove the number or e-mail address that the codes should go to."))
    try:
        with transaction.atomic():
            CodeFactor.objects.create(user=session.user, kind=kind)
            added(session.user, kind, session=session, caller=caller)
    except IntegrityError:
        if not CodeFactor.objects.filter(user=session.user, kind=kind).exists():
            raise


def require_enrolled(session: SsoSession) -> None:
    """Raise NothingEnrolled unless the person has a second factor, and NotFresh unless the sign-in is fresh."""
    require_fresh(session)
    if not possible_of(session.user).enrolled:
        raise NothingEnrolled


def make_backup_codes(session: SsoSession, *, caller: Caller) -> list[str]:
    """New codes, to be shown this once. Raises NotFresh, NothingEnrolled."""
    require_enrolled(session)
    return backup_codes.make(session=session, caller=caller)


def rename(session: SsoSession, factor_id: UUID, *, name: str, caller: Caller) -> None:
    """Give an authenticator app or a passkey another name. Raises NotFound."""
    factor = _mine(session, factor_id)
    if not factor.is_named:
        raise _unknown()
    with transaction.atomic():
        if _name(TotpFactor if factor.kind is Kind.TOTP else Passkey, factor.id, name):
            factor_renamed.emit(
                user_id=session.user_id, sid=session.sid, reason=factor.kind.value, caller=caller
            )


def remove(session: SsoSession, factor_id: UUID, *, caller: Caller) -> Factor:
    """Remove a factor; with the last one the backup codes go. Raises NotFresh, NotFound."""
    require_fresh(session)
    factor = _mine(session, factor_id)
    user = session.user
    with transaction.atomic():
        removed, _by_model = _model_of(factor.kind).objects.filter(pk=factor.id, user=user).delete()
        if not removed:
            raise _unknown()
        if not possible_of(user).enrolled:
            BackupCode.objects.filter(user=user).delete()
        end_sessions_of(user_id=user.pk, reason=CHANGED, keep=[session], caller=caller)
        factor_removed.emit(user_id=user.pk, sid=session.sid, reason=factor.kind.value, caller=caller)
    return factor


def reset(user: User, *, operator: User, caller: Caller) -> bool:
    """An operator's help for somebody who has lost them all: every factor and every sign-in ends. False: had none."""
    with transaction.atomic():
        gone = [
            model.objects.filter(user_id=user.pk).delete()[0]
            for model in (TotpFactor, Passkey, CodeFactor, BackupCode)
        ]
        if not any(gone):
            return False
        end_sessions_of(user_id=user.pk, reason=CHANGED, caller=caller)
        factors_reset.emit(user_id=user.pk, subject=f"by operator {operator.pk}", caller=caller)
    return True


def confirm_totp(factor: TotpFactor, *, code: str, name: str) -> None:
    """Let it count under this name, when the code is right. Raises NotProven."""
    if not totp.confirm(factor, code):
        raise NotProven(_("This is not the code that the app shows now. Check the time of your device."))
    _name(TotpFactor, factor.pk, name)


def added(user: User, kind: Kind, *, session: SsoSession | None, caller: Caller) -> None:
    """What follows from a new factor, in the transaction that added it. `session` is the sign-in that goes on."""
    end_sessions_of(user_id=user.pk, reason=CHANGED, keep=[session] if session else (), caller=caller)
    factor_added.emit(user_id=user.pk, sid=session.sid if session else None, reason=kind.value, caller=caller)


def _mine(session: SsoSession, factor_id: UUID) -> Factor:
    factor = find_factor(session.user, factor_id)
    if factor is None:
        raise _unknown()
    return factor


def _model_of(kind: Kind) -> type[TotpFactor] | type[Passkey] | type[CodeFactor]:
    if kind is Kind.TOTP:
        return TotpFactor
    return Passkey if kind is Kind.PASSKEY else CodeFactor


def _name(model: type[TotpFactor] | type[Passkey], pk: UUID, name: str) -> bool:
    return bool(model.objects.filter(pk=pk).update(name=_plain(name)))


def _plain(name: str) -> str:
    """One line of visible characters: names are shown on pages and to operators (L03)."""
    return "".join(character for character in name if character.isprintable()).strip()[:NAME_LENGTH]


def _unknown() -> NotFound:
    return NotFound(_("There is no such second factor."))


def _too_many() -> TooManyFactors:
    return TooManyFactors(_("You have as many of these as you can. Remove one that you do not use."))
