"""Links that stand beside a code in an e-mail and prove the same challenge: whoever opens one has read the message.

A link's token is not kept anywhere: it is a MAC over the challenge, made again to compare. It lives and dies with the
code, so that only one of the two is ever good, once. Mail scanners open links: reading one uses nothing up.
"""

import hmac
import re
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from core_app.caller import Caller
from core_app.keyring import mac
from messaging_app.recipients import mask_address
from otp_app import engine, store
from otp_app.errors import LinkGone
from otp_app.models import OtpChallenge
from otp_app.purposes import Purpose
from otp_app.signals import otp_verified

PURPOSE = "one-time-link"
FORM = re.compile(r"(?P<challenge>[0-9a-f]{32})-(?P<generation>[0-9]{1,9})-(?P<mac>[A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link that is still good proves. `binding` is the browser or API session that asked for it."""

    challenge_id: uuid.UUID
    address: str
    binding: str


def token_of(line: engine.Line, row: OtpChallenge) -> str:
    """The token of the line's present challenge."""
    if line.challenge_id is None:
        raise ValueError("a line without a challenge has no link")
    return f"{line.challenge_id.hex}-{line.generation}-{_mac(line, row)}"


def read(token: str, *, purpose: Purpose) -> Link:
    """What the link proves, without using it up. Raises LinkGone, and Unavailable when the cache is away."""
    row, line = _find(token, purpose)
    return Link(challenge_id=_challenge_of(line), address=row.address, binding=line.binding)


def use(token: str, *, purpose: Purpose, caller: Caller | None = None) -> Link:
    """The same, once: link and code are used up. Raises LinkGone, and Unavailable when the cache is away."""
    row, line = _find(token, purpose)
    challenge_id = _challenge_of(line)
    if not store.use_up(line):
        raise LinkGone
    try:
        with transaction.atomic():
            store.change(row, lambda line: engine.accept(line, now=timezone.now()), challenge_id=challenge_id)
            otp_verified.emit(subject=mask_address(row.address), reason=row.purpose, caller=caller)
    except engine.Expired as gone:
        raise LinkGone from gone
    return Link(challenge_id=challenge_id, address=row.address, binding=line.binding)


def _find(token: str, purpose: Purpose) -> tuple[OtpChallenge, engine.Line]:
    match = FORM.fullmatch(token)
    row = store.find(uuid.UUID(match["challenge"])) if match else None
    if match is None or row is None:
        raise LinkGone
    line = store.line_of(row)
    is_right = hmac.compare_digest(match["mac"], _mac(line, row))
    is_present = is_right and row.purpose == purpose and int(match["generation"]) == line.generation
    if not (is_present and line.is_live(timezone.now()) and store.kept_code(line)):
        raise LinkGone
    return row, line


def _challenge_of(line: engine.Line) -> uuid.UUID:
    if line.challenge_id is None:
        raise LinkGone
    return line.challenge_id


def _mac(line: engine.Line, row: OtpChallenge) -> str:
    parts = (str(line.challenge_id), str(line.generation), row.purpose, row.address)
    digest = mac(PURPOSE, *(part.encode() for part in parts))
    return urlsafe_b64encode(digest).decode().rstrip("=")
