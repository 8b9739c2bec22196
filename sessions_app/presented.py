"""Which sign-in a browser's session names, and whether that counts: the same answer for every entrance."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from sessions_app.lifetimes import is_sign_in_in_time, seen_every
from sessions_app.models import SsoSession

SID_KEY = "sid"
# The data of Django's session: of `request.session`, or what its store has under a cookie.
Data = Mapping[str, Any]


def named_sid(data: Data) -> uuid.UUID | None:
    """The sign-in that the session names; None for a stranger's."""
    sid = data.get(SID_KEY)
    return uuid.UUID(sid) if sid is not None else None


def counts(session: SsoSession, data: Data, now: datetime) -> bool:
    """Whether this sign-in, just read with its `user`, is alive and is the one that the browser's session is of.

    Of that person, and of the password they have now.
    """
    person = session.user
    return (
        session.ended_at is None
        and person.is_active
        and is_sign_in_in_time(session, now)
        and data.get(SESSION_KEY) == str(person.pk)
        and constant_time_compare(str(data.get(HASH_SESSION_KEY, "")), person.get_session_auth_hash())
    )


def is_use_due(session: SsoSession, now: datetime) -> bool:
    """Whether the last use that was written down is so old that this one has to be."""
    return session.last_seen_at < now - seen_every()
