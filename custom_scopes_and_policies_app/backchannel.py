"""Back-channel logout (OIDC Back-Channel Logout 1.0): a signed logout token to each app of a session that ended.

Never in a web request: by the worker, by a thread of the process, or right after the commit where that was asked for.
"""

import logging
import secrets
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core_app.outgoing import AddressRefused, Answer, NoAnswer, post_form
from custom_scopes_and_policies_app import logout_notices
from custom_scopes_and_policies_app.models import LogoutNotice
from custom_scopes_and_policies_app.own_tokens import sign_for
from jwt_app.claims import LogoutTokenFacts, logout_token_claims
from jwt_app.signing import LOGOUT_TOKEN_TYPE
from messaging_app.background import Relay
from messaging_app.conf import CELERY, INLINE, conf, delivery_mode

logger = logging.getLogger(__name__)

# §2.4 recommends two minutes at most; it is signed anew for every attempt.
TOKEN_SECONDS = 120
BATCH = 50
# Answers after which the same token may be welcome later; every other 4xx is the app's final word (§2.8).
PASSING = frozenset({408, 425, 429})


def deliver_due(limit: int = BATCH) -> int:
    """Tell the apps that are due, the longest waiting first. Returns how many were tried."""
    tried = 0
    for _turn in range(limit):
        notice = logout_notices.claim_next()
        if notice is None:
            break
        _deliver(notice)
        tried += 1
    return tried


def deliver_after_commit() -> None:
    """Have what this transaction writes delivered once it is committed. A worker looks by itself."""
    if conf.MESSAGING_DELIVERY == INLINE:
        transaction.on_commit(deliver_due, robust=True)
    elif delivery_mode() != CELERY:
        # A mode that nobody chose is never inline here: an app's server may be slow, and a person waits.
        transaction.on_commit(_relay.wake, robust=True)


def logout_token(notice: LogoutNotice) -> str:
    """Signed as the app's ID tokens are (§2.4)."""
    facts = LogoutTokenFacts(
        issuer=settings.ISSUER_URL,
        subject=str(notice.sub),
        client_id=notice.application.client_id,
        issued_at=timezone.now(),
        lifetime=TOKEN_SECONDS,
        jti=secrets.token_urlsafe(18),
        sid=str(notice.sid),
    )
    return sign_for(notice.application, logout_token_claims(facts), typ=LOGOUT_TOKEN_TYPE)


def _deliver(notice: LogoutNotice) -> None:
    try:
        answer = post_form(notice.application.backchannel_logout_uri, {"logout_token": logout_token(notice)})
    except AddressRefused as error:
        logout_notices.give_up(notice, status=None, reason=f"address refused: {error}")
    except NoAnswer as error:
        logout_notices.try_later(notice, status=None, reason=f"no answer: {error}")
    except Exception as error:  # whatever goes wrong with one app must not stop the news for the others
        logger.exception("logout notice %s was not delivered", notice.pk)
        logout_notices.try_later(notice, status=None, reason=type(error).__name__)
    else:
        _settle(notice, answer)


def _settle(notice: LogoutNotice, answer: Answer) -> None:
    status, reason = answer.status, f"answered {answer.status}"
    if 200 <= status < 300:
        logout_notices.mark_delivered(notice, status=status)
    elif 400 <= status < 500 and status not in PASSING:
        logout_notices.give_up(notice, status=status, reason=reason)
    else:
        wait = _retry_after(answer.headers.get("retry-after", ""))
        logout_notices.try_later(notice, status=status, reason=reason, wait=wait)


def _retry_after(text: str) -> int:
    """Seconds to wait (RFC 9110 §10.2.3); 0 when it does not say."""
    if text.isascii() and text.isdigit():
        return int(text[:6])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        # A year or an offset of many digits is a date to nobody; the standard library lets it overflow.
        return 0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, round((aware - datetime.now(UTC)).total_seconds()))


_relay = Relay(deliver_due, name="logout-relay")
