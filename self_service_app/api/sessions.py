"""Sign-ins and devices of the caller: list them, name them, end them."""

import uuid
from collections import Counter
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from core_app.caller import caller_of
from custom_scopes_and_policies_app.logout import end_device, end_everything, end_one
from custom_scopes_and_policies_app.selectors import sessions_in_use
from self_service_app.api.person import signed_in
from self_service_app.api.schemas import DeviceFacts, DeviceName, Ended, SignIn, described
from sessions_app.devices import rename_device
from sessions_app.logout import sign_out
from sessions_app.models import Device, SsoSession
from sessions_app.selectors import devices_of

router = Router(tags=["Sessions and devices"])
LOGOUT = SsoSession.EndReason.LOGOUT


@router.get("/sessions/", response=list[SignIn], summary="Where I am signed in", openapi_extra=described())
def index(request: HttpRequest) -> list[dict[str, Any]]:
    """The one used last comes first."""
    current = signed_in(request)
    return [facts_of(session, current) for session in sessions_in_use(user_id=current.user_id)]


@router.delete("/sessions/current/", response={204: None}, summary="Sign out here", openapi_extra=described())
def end_current(request: HttpRequest) -> Status[None]:
    """Ends the sign-in of this token or cookie, with all tokens that came from it."""
    _end(request, signed_in(request))
    return Status(204, None)


@router.post("/logout/", response={204: None}, summary="Sign out", openapi_extra=described())
def logout(request: HttpRequest) -> Status[None]:
    """The same as ending the current sign-in, for clients that look for this address. Everywhere: /api/v1/logout."""
    _end(request, signed_in(request))
    return Status(204, None)


@router.delete(
    "/sessions/{uuid:sid}/", response={204: None}, summary="End one sign-in", openapi_extra=described()
)
def end(request: HttpRequest, sid: uuid.UUID) -> Status[None]:
    """Fine to send twice. Somebody else's sign-in does not exist here (404)."""
    current = signed_in(request)
    session = get_object_or_404(SsoSession, pk=sid, user_id=current.user_id)
    if session.pk == current.pk:
        _end(request, current)
    else:
        end_one(session=session, caller=caller_of(request))
    return Status(204, None)


@router.post(
    "/sessions/end-others/", response=Ended, summary="Sign out everywhere else", openapi_extra=described()
)
def end_others(request: HttpRequest) -> dict[str, int]:
    """Ends every sign-in but the caller's own."""
    current = signed_in(request)
    return {"ended": end_everything(user=current.user, keep=current, caller=caller_of(request))}


@router.get(
    "/devices/",
    response=list[DeviceFacts],
    summary="Where I have signed in before",
    openapi_extra=described(),
)
def devices(request: HttpRequest) -> list[dict[str, Any]]:
    """The one used last comes first, signed in now or not."""
    current = signed_in(request)
    open_on = Counter(session.device_id for session in sessions_in_use(user_id=current.user_id))
    return [
        {
            "id": device.pk,
            "name": device.name,
            "ip": device.last_ip,
            "first_seen_at": device.first_seen_at,
            "last_seen_at": device.last_seen_at,
            "sign_ins": open_on[device.pk],
            "is_current": device.pk == current.device_id,
        }
        for device in devices_of(user_id=current.user_id)
    ]


@router.patch(
    "/devices/{uuid:device_id}/", response={204: None}, summary="Name a device", openapi_extra=described()
)
def rename(request: HttpRequest, device_id: uuid.UUID, data: DeviceName) -> Status[None]:
    """The name is shown in the list of sign-ins."""
    device = _device_of(signed_in(request), device_id)
    rename_device(device=device, name=data.name, caller=caller_of(request))
    return Status(204, None)


@router.post(
    "/devices/{uuid:device_id}/end/",
    response=Ended,
    summary="End every sign-in on a device",
    openapi_extra=described(),
)
def end_on_device(request: HttpRequest, device_id: uuid.UUID) -> dict[str, int]:
    """The device stays known."""
    device = _device_of(signed_in(request), device_id)
    return {"ended": end_device(device=device, caller=caller_of(request))}


def facts_of(session: SsoSession, current: SsoSession) -> dict[str, Any]:
    """What the caller is shown of a sign-in."""
    return {
        "sid": session.sid,
        "device_id": session.device_id,
        "device_name": session.device.name if session.device else "",
        "ip": session.ip,
        "signed_in_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "expires_at": session.expires_at,
        "auth_time": session.auth_time,
        "amr": session.amr,
        "acr": session.acr,
        "is_current": session.pk == current.pk,
    }


def _end(request: HttpRequest, current: SsoSession) -> None:
    end_one(session=current, caller=caller_of(request))
    if not request.headers.get("Authorization"):
        sign_out(request, reason=LOGOUT)


def _device_of(session: SsoSession, device_id: uuid.UUID) -> Device:
    return get_object_or_404(Device, pk=device_id, user_id=session.user_id)
