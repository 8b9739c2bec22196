"""Front-channel logout (OIDC Front-Channel Logout 1.0): the signed-out page loads a frame of each app that wants it."""

import uuid
from dataclasses import dataclass

from csp.constants import SELF
from django.conf import settings
from django.http import HttpResponse

from custom_scopes_and_policies_app.logout_notices import apps_of
from custom_scopes_and_policies_app.redirect_uris import origin_of, with_parameters


@dataclass(frozen=True, slots=True)
class Frame:
    """One app's frame: its address, and the origin that the page's policy has to let in."""

    app: str
    url: str
    origin: str


def frames_for(sid: uuid.UUID) -> list[Frame]:
    """The frames that sign this session's apps out, with `iss` and `sid` (§2)."""
    said = {"iss": settings.ISSUER_URL, "sid": str(sid)}
    frames = [
        Frame(
            app=str(app),
            url=with_parameters(app.frontchannel_logout_uri, said),
            origin=origin_of(app.frontchannel_logout_uri),
        )
        for app in apps_of(sid).exclude(frontchannel_logout_uri="").order_by("pk")
    ]
    return [frame for frame in frames if frame.origin.startswith(_schemes())]


def let_in(response: HttpResponse, frames: list[Frame]) -> None:
    """Open `frame-src` of this one answer for these apps and nobody else."""
    if frames:
        origins = sorted({frame.origin for frame in frames})
        response._csp_update = {"frame-src": [SELF, *origins]}  # type: ignore[attr-defined]


def _schemes() -> tuple[str, ...]:
    return ("https:", "http:") if settings.DEBUG else ("https:",)
