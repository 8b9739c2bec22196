"""How often the authorization endpoint may be asked: by one person, or from one address when nobody is signed in."""

from custom_scopes_and_policies_app.conf import conf
from limits_app import throttle
from limits_app.network import ip_bucket

MINUTE = 60


def count_request(*, user_id: int | None, ip: str) -> None:
    """What is asked leaves a row behind, waiting, refused or answered. Raises TooManyAttempts."""
    if user_id is None:
        scope, key, limit = "authorize-address", ip_bucket(ip), conf.AUTHORIZATION_REQUESTS_PER_ADDRESS
    else:
        scope, key, limit = "authorize-person", str(user_id), conf.AUTHORIZATION_REQUESTS_PER_PERSON
    throttle.hit(scope=scope, key=key, limit=limit, per_seconds=MINUTE)
