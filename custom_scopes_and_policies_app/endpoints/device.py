"""The device authorization endpoint (RFC 8628 §3.1): a device without a browser asks for its two codes."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from core_app.errors import AppError, TooManyAttempts
from custom_scopes_and_policies_app import device_authorizations, signals
from custom_scopes_and_policies_app.client_auth import authenticate_client
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.device_authorizations import Started
from custom_scopes_and_policies_app.device_codes import shown_user_code
from custom_scopes_and_policies_app.endpoints.call import NO_STORE, Answer, Call, Form, read_form
from custom_scopes_and_policies_app.endpoints.guard import guarded
from custom_scopes_and_policies_app.errors import OAuthError
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import DEVICE_CODE
from custom_scopes_and_policies_app.resources import check_resources
from custom_scopes_and_policies_app.scopes import default_scopes_for, scopes_for
from limits_app import throttle
from limits_app.network import ip_bucket

MINUTE = 60


@guarded
def device_authorization(call: Call) -> Answer:
    """The codes and where to go with them (§3.2), or an error as at the token endpoint. Never raises."""
    client_id = ""
    try:
        form = read_form(call)
        client_id = form.get("client_id") or ""
        client = authenticate_client(call, form)
        client_id = client.client_id
        return Answer(200, _start(form, client, call), NO_STORE, client_id=client_id)
    except OAuthError as error:
        signals.authorization_refused.emit(
            client_id=client_id[:255],
            grant_type=DEVICE_CODE,
            outcome="refused",
            reason=error.reason,
            caller=call.caller,
        )
        return Answer(error.status, error.payload(), {**NO_STORE, **error.headers}, client_id=client_id)


def _start(form: Form, client: Application, call: Call) -> dict[str, object]:
    if DEVICE_CODE not in client.grant_types:
        raise OAuthError("unauthorized_client", "This client may not use the device grant.")
    scopes = _scopes(form, client)
    resources = check_resources(form.get_all("resource"), client)
    try:
        _count(client, call)
        started = device_authorizations.start(
            client=client, scopes=scopes, resources=resources, caller=call.caller
        )
    except AppError as error:
        raise _not_now(error) from error
    return _answer(started)


def _scopes(form: Form, client: Application) -> Sequence[str]:
    scopes = list(dict.fromkeys((form.get("scope") or "").split())) or default_scopes_for(client)
    if not scopes or not set(scopes) <= set(scopes_for(client)):
        raise OAuthError("invalid_scope", "Ask for scopes that this client may have.")
    return scopes


def _count(client: Application, call: Call) -> None:
    """The address first: whoever floods from one does not use up what the app's other devices may ask."""
    bucket = ip_bucket(call.caller.ip)
    throttle.hit(
        scope="device-address", key=bucket, limit=conf.DEVICE_REQUESTS_PER_ADDRESS, per_seconds=MINUTE
    )
    throttle.hit(
        scope="device-client",
        key=client.client_id,
        limit=conf.DEVICE_REQUESTS_PER_CLIENT,
        per_seconds=MINUTE,
    )


def _not_now(error: AppError) -> OAuthError:
    reason = "too_many_devices" if isinstance(error, TooManyAttempts) else "no_free_user_code"
    return OAuthError(
        "temporarily_unavailable",
        "Too many devices ask at once. Try again later.",
        status=error.status,
        reason=reason,
        headers={"Retry-After": str(error.retry_after or 1)},
    )


def _answer(started: Started) -> dict[str, object]:
    page = f"{settings.ISSUER_URL}{reverse('desk:device')}"
    user_code = shown_user_code(started.user_code)
    return {
        "device_code": started.device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={user_code}",
        "expires_in": started.expires_in,
        "interval": started.interval,
    }
