"""What the consent page tells of a waiting device, so that a person notices one that is not theirs (RFC 8628 §5.4)."""

from dataclasses import dataclass

from django.http import HttpRequest

from core_app.caller import client_ip_of
from custom_scopes_and_policies_app.authorization_request import AuthorizationRequest
from custom_scopes_and_policies_app.device_authorizations import find_waiting_by_id
from custom_scopes_and_policies_app.device_codes import shown_user_code
from limits_app.network import ip_bucket
from sessions_app.devices import device_name


@dataclass(frozen=True, slots=True)
class DeviceShown:
    """`name` and `network` are "" when they cannot be told; `network` is rough on purpose."""

    code: str
    name: str
    network: str
    is_same_network: bool


def device_shown(request: HttpRequest, asked: AuthorizationRequest) -> DeviceShown | None:
    """The device that this request is for; None when there is none or it does not wait any more."""
    found = find_waiting_by_id(asked.device_id) if asked.device_id else None
    if found is None:
        return None
    bucket = ip_bucket(found.ip or "")
    return DeviceShown(
        code=shown_user_code(asked.user_code),
        name=device_name(found.user_agent),
        network=_rough(bucket),
        is_same_network=bool(bucket) and bucket == ip_bucket(client_ip_of(request)),
    )


def _rough(bucket: str) -> str:
    """An IPv4 address without its last number; IPv6 buckets are rough already."""
    head, dot, _last = bucket.rpartition(".")
    return f"{head}.x" if dot else bucket
