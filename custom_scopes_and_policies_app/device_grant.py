"""The device code as a grant of the token endpoint (RFC 8628 §3.4): what may be redeemed, and what polling is told."""

import os
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from custom_scopes_and_policies_app.bursts import is_straggler
from custom_scopes_and_policies_app.coverage import consented_scopes, is_still_given
from custom_scopes_and_policies_app.device_codes import hash_device_code
from custom_scopes_and_policies_app.dot.protocol import OAuthRequest, oauth_errors
from custom_scopes_and_policies_app.endpoints.call import Call
from custom_scopes_and_policies_app.errors import AuthorizationPending, OAuthError
from custom_scopes_and_policies_app.gate import account_may_receive_tokens
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization, RefreshToken
from custom_scopes_and_policies_app.models.application import DEVICE_CODE, REFRESH_TOKEN
from custom_scopes_and_policies_app.plan import SEED_BYTES, TokenPlan, Write, family_jti, family_lifetimes
from custom_scopes_and_policies_app.redemption import refused
from custom_scopes_and_policies_app.token_store import hash_code, punish_replay

State = DeviceAuthorization.State

# RFC 8628 §3.5: each "slow_down" adds so many seconds.
SLOWER_BY = 5
# A device in a tight loop must still be able to come back within the life of its code.
SLOWEST = 120


class DeviceCodeGrant:
    """The grant as the engine asks for it: validate, then make the ID token."""

    def __init__(self, request_validator: Any) -> None:
        self.request_validator = request_validator

    def validate_token_request(self, request: OAuthRequest) -> None:
        """Check a poll whose client is authenticated. Raises OAuth2Error, or OAuthError of RFC 8628 §3.5."""
        if DEVICE_CODE not in request.client.grant_types:
            raise oauth_errors.UnauthorizedClientError(request=request)
        if not request.device_code:
            raise oauth_errors.InvalidRequestError("The device_code parameter is missing.", request=request)
        device = find_redeemable_device(
            device_code=request.device_code, client=request.client, call=request.call
        )
        request.device = device
        request.user = device.user
        request.scopes = granted_scopes(device)

    def add_id_token(
        self, token: dict[str, Any], token_handler: Any, request: OAuthRequest
    ) -> dict[str, Any]:
        """OIDC Core §3.1.3.3, for an authorization that asked for `openid`."""
        if "openid" in request.scopes:
            token["id_token"] = self.request_validator.get_id_token(token, token_handler, request)
        return token


def find_redeemable_device(*, device_code: str, client: Application, call: Call) -> DeviceAuthorization:
    """The approved authorization of a device code that this client may redeem now.

    Raises InvalidGrantError with the rule in `reason` (a replay also ends what the first use gave), or OAuthError
    `authorization_pending`, `slow_down`, `access_denied`, `expired_token`.
    """
    device = (
        DeviceAuthorization.objects.select_related("user", "session")
        .annotate(in_force=consented_scopes())
        .filter(device_code_hash=hash_device_code(device_code))
        .first()
    )
    if device is None or device.application_id != client.pk:
        raise refused("device_code_unknown")
    if device.state == State.REDEEMED:
        raise _second_use(device, device_code, client, call)
    if device.expires_at <= call.now:
        raise OAuthError("expired_token", "The device code has expired. Start again.")
    if device.state == State.DENIED:
        raise OAuthError("access_denied", "The request was denied.")
    if device.state == State.PENDING:
        raise _still_waiting(device, call.now)
    decision = account_may_receive_tokens(
        user=device.user,
        session=device.session,
        client=client,
        granted=device.granted,
        acr=device.session.acr if device.session else "",
    )
    if device.user is None or not decision.is_open:
        raise refused(decision.reason)
    if not is_still_given(granted=device.granted, client=client, consented=device.consented):
        raise refused("consent_withdrawn")
    return device


def granted_scopes(device: DeviceAuthorization) -> list[str]:
    """What the person allowed, in the order in which it was asked for."""
    return [scope for scope in device.scope.split() if scope in device.granted]


def plan_device_redemption(*, device: DeviceAuthorization, client: Application, now: datetime) -> TokenPlan:
    """Tokens for a device: a new family in the session of the person who approved."""
    session = device.session
    if device.user is None or session is None:
        raise TypeError("an approved device has a person and their session")
    scopes = granted_scopes(device)
    # Asked for "stay connected" and told no: then only what the person is present for.
    stays_connected = "offline_access" not in device.scope.split() or "offline_access" in scopes
    family = RefreshToken(
        application=client,
        user=device.user,
        session=session,
        seed=os.urandom(SEED_BYTES),
        has_refresh_token=REFRESH_TOKEN in client.grant_types and stays_connected,
        scope=" ".join(scopes),
        policies={scope: device.granted[scope] for scope in scopes if device.granted[scope]},
        resource=device.resource,
        acr=session.acr,
        amr=session.amr,
        auth_time=session.auth_time,
        **family_lifetimes(client, now),
    )
    return TokenPlan(
        write=Write.REDEEM_DEVICE,
        grant_type=DEVICE_CODE,
        client=client,
        scopes=tuple(scopes),
        issued_at=now,
        user=device.user,
        family=family,
        device=device,
        jti=family_jti(family.id),
    )


def _second_use(device: DeviceAuthorization, device_code: str, client: Application, call: Call) -> Exception:
    """A double submit merely loses; whoever comes afterwards holds a copy, and ends what the first use gave."""
    # The redemption was the last poll that was written down.
    used_at = device.last_polled_at
    if used_at is None or call.received_at <= used_at:
        return refused("lost_race")
    if is_straggler(hash_code(device_code), used_at=used_at, now=call.now):
        return refused("lost_race")
    punish_replay(grant=device, client=client, caller=call.caller, now=call.now)
    return refused("device_code_replayed")


def _still_waiting(device: DeviceAuthorization, now: datetime) -> OAuthError:
    """Whether this poll came in time is decided by one UPDATE; one that came early makes the interval longer."""
    waiting = DeviceAuthorization.objects.filter(pk=device.pk, state=State.PENDING)
    earliest = now - timedelta(seconds=device.interval)
    is_in_time = Q(last_polled_at__isnull=True) | Q(last_polled_at__lte=earliest)
    if waiting.filter(is_in_time, interval=device.interval).update(last_polled_at=now):
        return AuthorizationPending()
    waiting.filter(interval__lte=SLOWEST - SLOWER_BY).update(
        interval=F("interval") + SLOWER_BY, last_polled_at=now
    )
    return OAuthError("slow_down", f"Poll {SLOWER_BY} seconds less often from now on.")
