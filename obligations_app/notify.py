"""Carrying out the duties to tell: an entry of the record becomes letters in the outbox, in its transaction."""

import hashlib

from core_app.together import write_now
from messaging_app.notices import Recipient, has_email, tell_by_email, tell_by_sms, was_told
from obligations_app import token_notices
from obligations_app.audiences import key_of, recipients
from obligations_app.caps import is_last, may_tell
from obligations_app.conf import EACH, conf
from obligations_app.duties.choices import Audience, Channels
from obligations_app.duties.duty import Duty
from obligations_app.duties.in_force import duties_of
from obligations_app.duties.table import EVENTS
from obligations_app.facts import facts_of
from obligations_app.models import OAuthTokenLog

LONGEST_KEY = 90
USE = "use"


def tell_if_due(entry: OAuthTokenLog) -> None:
    """Queue what the duties of the entry's event ask for. Whoever cannot be reached is passed over."""
    if entry.event not in EVENTS:  # most events, at no cost
        return
    if entry.event == token_notices.EVENT and _is_old_news(entry):
        return
    for duty in duties_of(entry.event):
        if entry.reason not in duty.except_for:
            _carry_out(duty, entry)


def _is_old_news(entry: OAuthTokenLog) -> bool:
    """An app's own tokens are nobody's; those of a known use have been told."""
    if entry.user_id is None:
        return True
    if conf.TOKEN_NOTICE == EACH:
        return False
    if token_notices.is_known_use(entry):
        return True
    token_notices.remember_use(entry)
    return False


def _carry_out(duty: Duty, entry: OAuthTokenLog) -> None:
    # What is told has happened: the change and its entry are in the transaction before anything that follows.
    write_now()
    about = _about(duty, entry)
    if about is None:
        return
    for recipient in recipients(entry, duty.audience):
        if not (has_email(recipient) or _by_sms(duty, recipient)):
            continue
        key = _idempotency_key(duty, about, recipient)
        # Asked before anything is counted: a repeated event must not use up what another may need.
        if not was_told(key) and may_tell(duty, key_of(recipient)):
            _tell(duty, entry, recipient, key)


def _tell(duty: Duty, entry: OAuthTokenLog, recipient: Recipient, key: str) -> None:
    context = {**facts_of(entry, duty, recipient), "is_last": is_last(duty, key_of(recipient))}
    by_email = has_email(recipient)
    if by_email:
        tell_by_email(recipient, template=duty.template, context=context, idempotency_key=key)
    if recipient.phone and _by_sms(duty, recipient):
        sms_key = f"{key}:sms" if by_email else key
        tell_by_sms(
            recipient, to=recipient.phone, template=duty.template, context=context, idempotency_key=sms_key
        )


def _by_sms(duty: Duty, recipient: Recipient) -> bool:
    """Only to a number that its owner has proven: another's must not be paid for, nor told."""
    if not recipient.phone or getattr(recipient, "phone_proven_at", None) is None:
        return False
    if duty.channels == Channels.EMAIL_ELSE_SMS:
        return not has_email(recipient)
    return duty.channels == Channels.EMAIL_AND_SMS


def _about(duty: Duty, entry: OAuthTokenLog) -> str | None:
    """What one notice is enough for; None when another one tells it."""
    if duty.once_per == USE and conf.TOKEN_NOTICE != EACH:
        use = token_notices.use_of(entry)
        return None if token_notices.is_covered(entry, use) else use.key
    return str(getattr(entry, duty.once_per, None) or entry.pk)


def _idempotency_key(duty: Duty, about: str, recipient: Recipient) -> str:
    """The same notice is never sent twice: not for a repeated event, not for a retried transaction."""
    to = "" if duty.audience == Audience.PERSON else f":{duty.audience.value}:{_short(key_of(recipient))}"
    key = f"notice:{duty.event}:{about}{to}"
    return key if len(key) <= LONGEST_KEY else f"notice:{duty.event[:30]}:{_short(key)}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
