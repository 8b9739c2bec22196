"""One sign-in through a provider, from leaving to coming back. Pages and the JSON API call the same two functions."""

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse

from limits_app import throttle
from limits_app.network import ip_bucket
from social_login_app import attempts
from social_login_app.attempts import Attempt
from social_login_app.conf import conf
from social_login_app.errors import GivenUp, NotConfirmed
from social_login_app.kinds import kind_of
from social_login_app.line import line_to
from social_login_app.providers import Provider
from social_login_app.upstream import Upstream

MINUTE = 60
# What a person's "no" is called, also where they were asked to sign in or to allow it (OIDC Core §3.1.2.6).
SAID_NO = {"access_denied", "login_required", "consent_required", "interaction_required"}


def callback_url(provider: Provider) -> str:
    """Where this provider sends browsers back to, and no other does: a defence against mix-up (RFC 9700 §4.4.2)."""
    return settings.ISSUER_URL + reverse("social:callback", kwargs={"provider_id": provider.id})


def leave(provider: Provider, attempt: Attempt, *, kind: str, key: str, ip: str) -> str:
    """Keep the attempt under `key`; returns the address at the provider.

    Raises TooManyAttempts, Unavailable, and what the provider's kind raises.
    """
    throttle.hit(
        scope="social-start",
        key=ip_bucket(ip),
        limit=conf.SOCIAL_STARTS_PER_IP_PER_MINUTE,
        per_seconds=MINUTE,
    )
    with line_to(provider) as line:
        url = kind_of(provider).authorization_url(provider, attempt, line)
    attempts.keep(kind, key, attempt)
    return url


def come_back(provider: Provider, attempt: Attempt, answer: Mapping[str, str]) -> Upstream:
    """Who came back with this authorization response (RFC 6749 §4.1.2). The attempt must have been taken.

    Raises GivenUp, NotConfirmed and ProviderAway.
    """
    if answer.get("error") in SAID_NO:
        raise GivenUp(provider.label)
    code = answer.get("code")
    if "error" in answer or not code:
        raise NotConfirmed(provider.label, f"{provider.id}: the answer has no code")
    with line_to(provider) as line:
        return kind_of(provider).identify(provider, attempt, line, code=code, issuer=answer.get("iss"))
