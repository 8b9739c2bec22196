"""Device authorizations (RFC 8628): made for a device, found by what a person types, decided once.

Every change of state is one conditional UPDATE; its row count says who was first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core_app.caller import Caller
from core_app.errors import Unavailable
from core_app.transactions import run_in_transaction
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.device_codes import (
    hash_device_code,
    hash_user_code,
    new_device_code,
    new_user_code,
    user_code_hashes,
)
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization
from custom_scopes_and_policies_app.models.application import DEVICE_CODE
from custom_scopes_and_policies_app.signals import device_approved, device_denied, device_requested
from sessions_app.models import SsoSession

State = DeviceAuthorization.State

MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Started:
    """What the device gets. Both codes exist in clear only here; times are in seconds."""

    device_code: str
    user_code: str
    expires_in: int
    interval: int


def start(*, client: Application, scopes: Sequence[str], resources: Sequence[str], caller: Caller) -> Started:
    """A new authorization that waits for a person. Raises Unavailable when no free user code was found."""
    now = timezone.now()
    for _attempt in range(MOST_ATTEMPTS):
        device_code, user_code = new_device_code(), new_user_code()
        try:
            with transaction.atomic():
                device = DeviceAuthorization.objects.create(
                    device_code_hash=hash_device_code(device_code),
                    user_code_hash=hash_user_code(user_code),
                    application=client,
                    scope=" ".join(scopes),
                    resource=list(resources),
                    ip=caller.ip or None,
                    user_agent=caller.user_agent,
                    interval=conf.DEVICE_POLL_SECONDS,
                    created_at=now,
                    expires_at=now + timedelta(seconds=conf.DEVICE_CODE_SECONDS),
                )
                device_requested.emit(
                    client_id=client.client_id,
                    grant_type=DEVICE_CODE,
                    scopes=scopes,
                    subject=str(device.pk),
                    caller=caller,
                )
        except IntegrityError:
            continue  # somebody else's device shows these letters right now
        return Started(device_code, user_code, conf.DEVICE_CODE_SECONDS, conf.DEVICE_POLL_SECONDS)
    raise Unavailable("Try again in a moment.", retry_after=1, detail="no free user code")


def find_waiting(user_code: str) -> DeviceAuthorization | None:
    """The authorization with this code (in its normal form) that still waits for a person, with its app."""
    return (
        _waiting()
        .select_related("application")
        .filter(user_code_hash__in=user_code_hashes(user_code), application__is_enabled=True)
        .first()
    )


def find_waiting_by_id(device_id: str) -> DeviceAuthorization | None:
    """The same by its id."""
    return _waiting().filter(pk=device_id).first()


def approve(
    *, device_id: str, client_id: str, session: SsoSession, granted: Mapping[str, str], caller: Caller
) -> bool:
    """Let the device have what was granted (scope → level). False when it does not wait any more."""

    def work() -> bool:
        # The session's row first, as whoever signs out locks it: nothing is approved by a session that has ended.
        live = SsoSession.objects.select_for_update().filter(pk=session.pk, ended_at__isnull=True)
        if not list(live.values_list("pk")):
            return False
        approved = (
            _waiting()
            .filter(pk=device_id)
            .update(
                state=State.APPROVED,
                user_id=session.user_id,
                session_id=session.pk,
                granted=dict(granted),
                decided_at=timezone.now(),
            )
        )
        if approved:
            device_approved.emit(
                user_id=session.user_id,
                client_id=client_id,
                sid=session.sid,
                grant_type=DEVICE_CODE,
                scopes=list(granted),
                policies={scope: level for scope, level in granted.items() if level},
                subject=device_id,
                caller=caller,
            )
        return bool(approved)

    return run_in_transaction(work)


def deny(*, device_id: str, client_id: str, session: SsoSession | None, reason: str, caller: Caller) -> bool:
    """Tell the device no. False when it does not wait any more."""

    def work() -> bool:
        denied = _waiting().filter(pk=device_id).update(state=State.DENIED, decided_at=timezone.now())
        if denied:
            device_denied.emit(
                user_id=session.user_id if session else None,
                client_id=client_id,
                sid=session.sid if session else None,
                grant_type=DEVICE_CODE,
                outcome="refused",
                reason=reason,
                subject=device_id,
                caller=caller,
            )
        return bool(denied)

    return run_in_transaction(work)


def withdraw_approvals(approved: "QuerySet[DeviceAuthorization]") -> int:
    """What was approved and not yet fetched is denied after all; how many.

    Call it before the families are looked for: a redemption under way holds the row, so that either its family is
    seen or its claim finds nothing.
    """
    return approved.filter(state=State.APPROVED).update(state=State.DENIED)


def _waiting() -> "QuerySet[DeviceAuthorization]":
    return DeviceAuthorization.objects.filter(state=State.PENDING, expires_at__gt=timezone.now())
