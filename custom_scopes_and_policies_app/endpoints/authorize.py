"""The authorization endpoint's short way: somebody is signed in and has consented, so the app gets its code at once.

Nothing is decided here: the request is validated, the facts are gathered and the hub is asked by the functions that the
page uses (`views/authorize.py`). Whatever is not a code at once, by redirect, is for the page: nothing is written then.
"""

import uuid
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import parse_cookie
from django.utils import translation
from django.utils.http import http_date

from accounts_app.models import User
from core_app.errors import TooManyAttempts
from core_app.rows import Columns
from core_app.together import prepared
from custom_scopes_and_policies_app.authorization_rate import count_request
from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.authorize import Issue, next_step
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.codes import issue_code
from custom_scopes_and_policies_app.endpoints.call import Answer, Call
from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.facts import Situation, is_still_allowed, situation
from custom_scopes_and_policies_app.models import Application, Consent
from custom_scopes_and_policies_app.request_parameters import query_pairs
from custom_scopes_and_policies_app.ui_locales import PARAMETER as UI_LOCALES
from custom_scopes_and_policies_app.validation import validate_request
from sessions_app.models import SsoSession
from sessions_app.presented import counts, is_use_due, named_sid
from sessions_app.store import session_data

# As Django's `never_cache` has it.
NEVER = "max-age=0, no-cache, no-store, must-revalidate, private"


def authorize(call: Call) -> Answer | None:
    """The code, or None: then the page answers. Raises what the database raises; the page may be asked then, too."""
    cookies = _plain_cookies(call)
    if cookies is None:
        return None
    asked = _validated(call)
    client = find_client(asked.client_id) if asked is not None else None
    if asked is None or client is None or not is_still_allowed(asked, client):
        return None
    data = session_data(cookies.get(settings.SESSION_COOKIE_NAME))
    sid = named_sid(data)
    found = _situation(asked, client, sid, data, call) if sid is not None else None
    if found is None or found.session is None or not isinstance(next_step(found.facts), Issue):
        return None
    return _issue(call, asked, found, found.session)


def _plain_cookies(call: Call) -> Mapping[str, str] | None:
    """The cookies of a request that only the session can be about; None when a page may be wanted, or its language."""
    cookies = parse_cookie(call.headers.get("cookie", ""))
    is_plain = call.method == "GET" and settings.SESSION_COOKIE_NAME in cookies
    return cookies if is_plain and settings.LANGUAGE_COOKIE_NAME not in cookies else None


def _validated(call: Call) -> AuthorizationRequest | None:
    if UI_LOCALES in call.query:
        return None
    try:
        asked = validate_request(query_pairs(call.query))
    except (OAuthError, ValueError):
        return None
    return None if asked.destination.is_form_post else asked


def _situation(
    asked: AuthorizationRequest, client: Application, sid: uuid.UUID, data: Mapping[str, Any], call: Call
) -> Situation | None:
    """None where the sign-in does not count, or its use has to be written down: the cookie lasts on from there."""
    session, consent = _read(sid, client)
    if session is None or not counts(session, data, call.now) or is_use_due(session, call.now):
        return None
    return situation(asked, client=client, session=session, consent=consent)


def _issue(call: Call, asked: AuthorizationRequest, found: Situation, session: SsoSession) -> Answer | None:
    try:
        count_request(user_id=session.user_id, ip=call.caller.ip)
    except TooManyAttempts:
        return None
    code = issue_code(
        request=asked, client=found.client, session=session, granted=found.granted, caller=call.caller
    )
    headers = {
        "Location": asked.destination.by_query({"code": code}),
        "Expires": _date(int(call.now.timestamp())),
        "Cache-Control": NEVER,
        "Vary": "Accept-Language, Cookie",
        "Content-Language": translation.get_language() or settings.LANGUAGE_CODE,
    }
    return Answer(303, headers=headers, client_id=asked.client_id, sid=str(session.sid))


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    return http_date(second)


# What is decided on and what a code keeps of it, no more: a column that is asked for besides costs a statement.
SIGN_INS = Columns(
    SsoSession,
    "s",
    only=("sid", "user_id", "auth_time", "amr", "acr", "last_seen_at", "expires_at", "ended_at"),
)
PEOPLE = Columns(
    User,
    "p",
    only=("id", "password", "sub", "phone", "is_active", "must_change_password", "deactivated_at"),
)
CONSENTS = Columns(Consent, "c", only=("id", "scopes", "declined", "text_versions"))


def _read(sid: uuid.UUID, client: Application) -> tuple[SsoSession | None, Consent | None]:
    """The sign-in with its person, and what that person allows the app now, by one statement."""
    key = SsoSession._meta.pk.get_db_prep_value(sid, connection)
    row = prepared(_statement(), [client.pk, key])
    if row is None:
        return None, None
    session = SIGN_INS.read(row[: SIGN_INS.width])
    people_end = SIGN_INS.width + PEOPLE.width
    session.user = PEOPLE.read(row[SIGN_INS.width : people_end])
    return session, CONSENTS.read(row[people_end:]) if row[people_end] is not None else None


@cache
def _statement() -> str:
    return (
        f"SELECT {SIGN_INS.sql}, {PEOPLE.sql}, {CONSENTS.sql} FROM {SIGN_INS.table}"  # noqa: S608  names of ours
        f" JOIN {PEOPLE.table} ON p.id = s.user_id LEFT JOIN {CONSENTS.table}"
        " ON c.user_id = s.user_id AND c.application_id = %s AND c.withdrawn_at IS NULL WHERE s.sid = %s"
    )
