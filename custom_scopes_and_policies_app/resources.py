"""Resource indicators (RFC 8707): whom a token is for. An app may only name its own resource servers (D05)."""

from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from django.conf import settings

from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.models import Application


def audience_of(client: Application) -> tuple[str, ...]:
    """Who the client's tokens are for when nothing else is asked: its audiences, else this server; never nobody."""
    return tuple(client.audiences.split()) or (settings.ISSUER_URL,)


def check_resources(asked: Sequence[str], client: Application) -> tuple[str, ...]:
    """The resources of an authorization request, each once. Raises OAuthError `invalid_target`."""
    return _checked(asked, _allowed(client))


def narrowed_audience(
    *, asked: Sequence[str], granted: Sequence[str], client: Application, reads_userinfo: bool
) -> tuple[str, ...]:
    """Whom one access token is for (§2.2): what this token request asks, within what was `granted` for good.

    Nothing granted means everything the client may have, and userinfo with it when `reads_userinfo`. Raises OAuthError
    `invalid_target`, also when the client may not have any of what was granted any more.
    """
    allowed = _allowed(client)
    still_granted = tuple(resource for resource in granted if resource in allowed)
    if granted and not still_granted:
        raise OAuthError("invalid_target", "This app may not have tokens for these resources any more.")
    if asked:
        return _checked(asked, still_granted or allowed)
    if still_granted:
        return still_granted
    usual = audience_of(client)
    return (*usual, settings.ISSUER_URL) if reads_userinfo and settings.ISSUER_URL not in usual else usual


def _allowed(client: Application) -> frozenset[str]:
    return frozenset({*client.audiences.split(), settings.ISSUER_URL})


def _checked(asked: Sequence[str], allowed: Collection[str]) -> tuple[str, ...]:
    for resource in asked:
        if not _is_absolute_uri(resource):
            raise OAuthError("invalid_target", "A resource must be an absolute URI without a fragment.")
        if resource not in allowed:
            raise OAuthError("invalid_target", "This app may not ask for tokens for this resource.")
    return tuple(dict.fromkeys(asked))


def _is_absolute_uri(text: str) -> bool:
    """RFC 3986 §4.3, as §2 wants it."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and "#" not in text and text.isprintable()
