"""Where the answer to an authorization request goes, and how it travels there."""

from dataclasses import dataclass

from django.conf import settings

from custom_scopes_and_policies_app.redirect_uris import with_parameters

QUERY = "query"
FORM_POST = "form_post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """An app's checked redirect URI, with the `state` to echo and the response mode that was asked for."""

    client_id: str
    redirect_uri: str
    state: str = ""
    response_mode: str = QUERY

    @property
    def is_form_post(self) -> bool:
        """Only a web server can be posted to: an address with a private-use scheme is opened, by query."""
        scheme = self.redirect_uri.partition(":")[0].lower()
        return self.response_mode == FORM_POST and scheme in {"https", "http"}

    def told(self, parameters: dict[str, str]) -> dict[str, str]:
        """The authorization response: these parameters with `state` and, always, `iss` (RFC 9207 §2)."""
        state = {"state": self.state} if self.state else {}
        return {**parameters, **state, "iss": settings.ISSUER_URL}

    def by_query(self, parameters: dict[str, str]) -> str:
        """The address that takes the response to the app."""
        return with_parameters(self.redirect_uri, self.told(parameters))
