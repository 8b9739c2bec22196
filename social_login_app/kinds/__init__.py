"""How each kind of provider is asked: where a person is sent, and what comes of the answer."""

from collections.abc import Mapping
from typing import Protocol

from social_login_app.attempts import Attempt
from social_login_app.kinds import github, oidc
from social_login_app.line import Line
from social_login_app.providers import GITHUB, GOOGLE, OIDC, Provider
from social_login_app.upstream import Upstream


class Kind(Protocol):
    """One kind. Both functions raise ProviderAway and NotConfirmed."""

    def authorization_url(self, provider: Provider, attempt: Attempt, line: Line) -> str:
        """Where the browser goes, with everything the attempt is checked by."""

    def identify(
        self, provider: Provider, attempt: Attempt, line: Line, *, code: str, issuer: str | None
    ) -> Upstream:
        """Who came back. `issuer` is the answer's `iss` parameter (RFC 9207), None without one."""


KINDS: Mapping[str, Kind] = {GOOGLE: oidc, GITHUB: github, OIDC: oidc}


def kind_of(provider: Provider) -> Kind:
    """How this provider is asked."""
    return KINDS[provider.kind]
