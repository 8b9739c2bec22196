"""Devices: recognised by their browser binding, named from the user agent."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from ua_parser import parse

from accounts_app.models import User
from core_app.caller import Caller
from sessions_app.models import Device


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


def is_known_device(*, phone: str, binding: str) -> bool:
    """Whether the owner of this number (E.164) has signed in with this browser or app before.

    It opens nothing: only its failures are counted apart from everybody else's (F09).
    """
    return Device.objects.filter(user__phone=phone, browser_hash=binding).exists() if binding else False


def device_name(user_agent: str) -> str:
    """A name people recognise, as "Firefox on Android"; "" when nothing can be told."""
    result = parse(user_agent)
    browser = result.user_agent.family if result.user_agent else ""
    system = result.os.family if result.os else ""
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system
