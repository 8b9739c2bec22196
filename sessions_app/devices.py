"""Devices: recognised by their browser binding, named from the user agent."""

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from ua_parser import parse

from accounts_app.models import User
from core_app.caller import Caller
from sessions_app.models import Device
from sessions_app.signals import device_renamed

MAX_NAME = 100


def recognise_device(*, user: User, binding: str, caller: Caller) -> tuple[Device, bool]:
    """The device row of this person and browser, and whether it is new. Safe under parallel logins."""
    known = Device.objects.filter(user=user, browser_hash=binding).first()
    if known is not None:
        Device.objects.filter(pk=known.pk).update(last_seen_at=timezone.now(), last_ip=caller.ip or None)
        return known, False
    try:
        with transaction.atomic():
            device = Device.objects.create(
                user=user,
                browser_hash=binding,
                name=device_name(caller.user_agent),
                user_agent=caller.user_agent,
                last_ip=caller.ip or None,
            )
    except IntegrityError:
        return Device.objects.get(user=user, browser_hash=binding), False
    return device, True


def is_known_device(*, account: str, binding: str) -> bool:
    """Whether the owner of this number (E.164) or verified e-mail address (its normal form) has signed in with this
    browser or app before.

    It opens nothing: only its failures are counted apart from everybody else's (F09).
    """
    if not binding:
        return False
    owner = {"user__email_identifier": account} if "@" in account else {"user__phone": account}
    return Device.objects.filter(browser_hash=binding, **owner).exists()


def rename_device(*, device: Device, name: str, caller: Caller) -> None:
    """Give it the name that its owner chose: at most 100 printable characters; "" for the one it had at first."""
    chosen = "".join(character for character in name if character.isprintable()).strip()
    with transaction.atomic():
        changed = Device.objects.filter(pk=device.pk).update(
            name=chosen[:MAX_NAME] or device_name(device.user_agent)
        )
        if changed:
            device_renamed.emit(user_id=device.user_id, subject=str(device.pk), caller=caller)


def forget_device(*, device: Device) -> None:
    """From now on it is as unknown as any other; what happened on it stays in its sign-ins."""
    Device.objects.filter(pk=device.pk).delete()


def device_hash(device_id: str) -> str:
    """What is kept of the id that an app made for itself, as its binding; "" stays ""."""
    return hashlib.sha256(f"app-device:{device_id}".encode()).hexdigest() if device_id else ""


def device_name(user_agent: str) -> str:
    """A name people recognise, as "Firefox on Android"; "" when nothing can be told."""
    result = parse(user_agent)
    browser = result.user_agent.family if result.user_agent else ""
    system = result.os.family if result.os else ""
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system
