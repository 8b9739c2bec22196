"""The kinds of apps an operator chooses from; a kind is only a set of sensible first values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from custom_scopes_and_policies_app.models.application import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    REFRESH_TOKEN,
    Application,
    default_response_modes,
)

PUBLIC = Application.AuthMethod.NONE
SECRET = Application.AuthMethod.BASIC


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of app: what it is called, when to choose it, how its form begins."""

    key: str
    label: str | Promise
    text: str | Promise
    auth_method: str
    grant_types: tuple[str, ...]
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def initial(self) -> dict[str, object]:
        """First values of the form's fields."""
        return {
            "token_endpoint_auth_method": self.auth_method,
            "grant_types": list(self.grant_types),
            "response_modes": default_response_modes(),
            "is_pkce_required": True,
            **self.more,
        }


_ALL = (
    Kind(
        "web",
        _("Web app with a server"),
        _("Pages made by a server that can keep a secret: Django, Rails, Next.js, WordPress."),
        SECRET,
        (AUTHORIZATION_CODE, REFRESH_TOKEN),
    ),
    Kind(
        "spa",
        _("Single page app"),
        _(
            "JavaScript in the browser, without a server of its own. It has no secret; name its origin for CORS."
        ),
        PUBLIC,
        (AUTHORIZATION_CODE, REFRESH_TOKEN),
    ),
    Kind(
        "native",
        _("Phone or desktop app"),
        _("An installed app. It has no secret; it is called back by a link of its own or on 127.0.0.1."),
        PUBLIC,
        (AUTHORIZATION_CODE, REFRESH_TOKEN),
    ),
    Kind(
        "machine",
        _("Machine"),
        _("A job or service that acts for itself, with nobody signed in."),
        SECRET,
        (CLIENT_CREDENTIALS,),
    ),
    Kind(
        "api",
        _("API (resource server)"),
        _("It receives access tokens and asks this server whether they are still good."),
        SECRET,
        (CLIENT_CREDENTIALS,),
        {"may_introspect": True},
    ),
    Kind(
        "device",
        _("TV or command line"),
        _("A device without a browser: the person signs in on their phone with a short code."),
        PUBLIC,
        (DEVICE_CODE, REFRESH_TOKEN),
    ),
)

KINDS = {kind.key: kind for kind in _ALL}
