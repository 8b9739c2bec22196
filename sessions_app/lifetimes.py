"""How long a sign-in lasts: idle and absolute limits, shorter ones where more was proven (NIST SP 800-63B-4)."""

from datetime import datetime, timedelta

from django.db.models import Q

from sessions_app.assurance import AAL2
from sessions_app.conf import conf
from sessions_app.models import SsoSession


def ends_at(acr: str, started_at: datetime) -> datetime:
    """When a sign-in of that assurance ends at the latest."""
    seconds = conf.SSO_SESSION_SECONDS
    if acr == AAL2 and conf.SSO_SESSION_AAL2_SECONDS:
        seconds = min(seconds, conf.SSO_SESSION_AAL2_SECONDS)
    return started_at + timedelta(seconds=seconds)


def is_in_time(now: datetime) -> Q:
    """The sign-ins that are neither too old nor unused for too long."""
    idle = conf.SSO_SESSION_IDLE_SECONDS
    condition = Q(expires_at__gt=now, last_seen_at__gt=now - timedelta(seconds=idle))
    if conf.SSO_SESSION_AAL2_IDLE_SECONDS:
        since = now - timedelta(seconds=min(idle, conf.SSO_SESSION_AAL2_IDLE_SECONDS))
        condition &= ~Q(acr=AAL2) | Q(last_seen_at__gt=since)
    return condition


def is_sign_in_in_time(session: SsoSession, now: datetime) -> bool:
    """The same of one sign-in that was read already."""
    idle = conf.SSO_SESSION_IDLE_SECONDS
    if session.acr == AAL2 and conf.SSO_SESSION_AAL2_IDLE_SECONDS:
        idle = min(idle, conf.SSO_SESSION_AAL2_IDLE_SECONDS)
    return session.expires_at > now and session.last_seen_at > now - timedelta(seconds=idle)


def seen_every() -> timedelta:
    """How often the last use is written down: several times within the shortest idle limit."""
    limits = [conf.SSO_SESSION_IDLE_SECONDS, conf.SSO_SESSION_AAL2_IDLE_SECONDS]
    shortest = min(limit for limit in limits if limit)
    return timedelta(seconds=min(conf.LAST_SEEN_EVERY_SECONDS, shortest / 4))
