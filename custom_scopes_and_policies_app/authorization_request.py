"""The authorization request, validated before anybody is asked to log in, and kept on this side of the wire.

While a person signs up, signs in and consents, only a random id travels; it works in one browser only (A12).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from custom_scopes_and_policies_app.destination import QUERY, Destination

# Goes up when a request kept by an earlier release must not be read any more.
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request that passed every check. Times are POSIX seconds.

    `acr_values` are wishes, of `essential_acr_values` one has to be reached. `expected_subs` are the people the app
    will take an answer about; empty means anybody. `claims` is what `claims_request.parse_claims` made of it.
    `granted` is what the person `answered_by` (a `sub`) allowed on the consent page of this very request.
    `device_id` and `user_code` are those of a device (RFC 8628), which waits: there is no redirect URI then.
    """

    request_id: str = ""
    binding: str = ""
    requested_at: float = 0.0
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str = ""
    response_mode: str = QUERY
    nonce: str = ""
    code_challenge: str = ""
    prompts: tuple[str, ...] = ()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    login_hint: str = ""
    ui_locales: tuple[str, ...] = ()
    essential_acr_values: tuple[str, ...] = ()
    expected_subs: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    resources: tuple[str, ...] = ()
    granted: Mapping[str, str] | None = None
    answered_by: str = ""
    is_account_selected: bool = False
    is_step_up_offered: bool = False
    device_id: str = ""
    user_code: str = ""
    version: int = field(default=VERSION)

    @property
    def requested(self) -> datetime:
        return datetime.fromtimestamp(self.requested_at, tz=UTC)

    @property
    def destination(self) -> Destination:
        """Where the answer goes."""
        return Destination(
            client_id=self.client_id,
            redirect_uri=self.redirect_uri,
            state=self.state,
            response_mode=self.response_mode,
        )

    def answer_of(self, sub: str) -> Mapping[str, str] | None:
        """What this person allowed on the consent page; nobody else's answer counts for them."""
        return self.granted if self.answered_by == sub else None
