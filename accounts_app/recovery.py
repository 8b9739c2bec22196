"""A link with which somebody sets a new password, once, because an operator started their recovery.

Operators never see the link, a code or a password. The link is made again to be compared and not kept anywhere: it is a
MAC over the account as it was, so that a new password, number or address, or a newer link, ends it.
"""

import hmac
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import Enum

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.conf import conf
from accounts_app.models import User
from accounts_app.selectors import find_by_sub
from accounts_app.services import record_first_proof, save_new_password, with_new_password
from accounts_app.signals import password_changed
from core_app.caller import Caller
from core_app.errors import AppError
from core_app.keyring import mac
from core_app.transactions import run_in_transaction

PURPOSE = "recovery-link"
SUB_BYTES, TIME_BYTES, MAC_BYTES = 16, 5, 16
TOKEN_BYTES = 1 + SUB_BYTES + TIME_BYTES + MAC_BYTES
REASON = "recovery started by an operator"
# The operators' action that sends the link, contributed by a room that can send messages.
ACTION_KEY = "recovery"


class Way(Enum):
    """Where the link goes: to the number, or to the verified address."""

    PHONE = "phone"
    EMAIL = "email"


class RecoveryGone(AppError):
    """The link is not ours, too old, was used, or something of the account changed since it was sent."""

    code = "recovery_gone"

    def __init__(self) -> None:
        super().__init__(
            _("This link has been used, or it is too old. Ask whoever sent it to you for another one.")
        )


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a link that is still good allows: a new password for this person. `address` is where it was sent."""

    person: User
    way: Way

    @property
    def address(self) -> str:
        """The number or address that the link was sent to."""
        return (self.person.phone if self.way is Way.PHONE else self.person.email) or ""


def ways_of(person: User) -> list[Way]:
    """Where a link can go: any number, as a code would, and an address only when it is verified."""
    ways = [Way.EMAIL] if person.email and person.email_verified_at else []
    return [Way.PHONE, *ways] if person.phone else ways


def recovery_token(person: User, way: Way) -> str:
    """What stands in the link: 51 characters, so that it fits an SMS. `person` must be as it is in the database."""
    issued = int(timezone.now().timestamp())
    facts = _way_byte(way) + person.sub.bytes + issued.to_bytes(TIME_BYTES, "big")
    return urlsafe_b64encode(facts + _mac(person, facts)).decode().rstrip("=")


def find_recovery(token: str) -> Recovery:
    """What the link allows, without using it up: mail programs open links by themselves. Raises RecoveryGone."""
    raw = _decoded(token)
    facts, given = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    issued = int.from_bytes(facts[1 + SUB_BYTES :], "big")
    age = timezone.now().timestamp() - issued
    person = find_by_sub(uuid.UUID(bytes=facts[1 : 1 + SUB_BYTES]))
    way = next((way for way in Way if _way_byte(way) == facts[:1]), None)
    if person is None or way is None or not person.is_active or age > conf.RECOVERY_LINK_SECONDS:
        raise RecoveryGone
    if not hmac.compare_digest(given, _mac(person, facts)) or way not in ways_of(person):
        raise RecoveryGone
    return Recovery(person, way)


def finish_recovery(recovery: Recovery, *, password: str, caller: Caller) -> User:
    """Set a password that has passed the rules, once; every sign-in ends by the event. Raises RecoveryGone.

    Whoever read the SMS has proven the number. Nobody is signed in by it: second factors are asked for as always.
    """
    person = recovery.person
    was_unproven = recovery.way is Way.PHONE and person.phone_proven_at is None
    if was_unproven and not record_first_proof(user=person, caller=caller):
        raise RecoveryGone
    replaced = person.password
    person = with_new_password(user=person, password=password)

    def save() -> None:
        if not save_new_password(user=person, instead_of=replaced):
            raise RecoveryGone
        password_changed.emit(user_id=person.pk, subject=str(person.sub), reason=REASON, caller=caller)

    run_in_transaction(save)
    return person


def _decoded(token: str) -> bytes:
    try:
        raw = urlsafe_b64decode(f"{token}{'=' * (-len(token) % 4)}")
    except ValueError as error:
        raise RecoveryGone from error
    if len(raw) != TOKEN_BYTES or urlsafe_b64encode(raw).decode().rstrip("=") != token:
        raise RecoveryGone
    return raw


def _way_byte(way: Way) -> bytes:
    return way.value[:1].encode()


def _mac(person: User, facts: bytes) -> bytes:
    changed = person.password_changed_at.isoformat() if person.password_changed_at else ""
    account = (person.password, changed, person.phone or "", person.email, person.email_identifier or "")
    return mac(PURPOSE, facts, *(part.encode() for part in account))[:MAC_BYTES]
