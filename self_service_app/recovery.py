"""Starting somebody's recovery for an operator: the password stops working, sign-ins end, a link goes to its owner."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_app.conf import conf
from accounts_app.models import User
from accounts_app.recovery import Way, recovery_token, ways_of
from accounts_app.services import disable_password
from core_app.caller import Caller
from core_app.deeds import NothingToDo
from core_app.transactions import run_in_transaction
from custom_scopes_and_policies_app.logout import end_everything
from messaging_app.notices import has_email, language_of, tell_by_email, tell_by_sms
from messaging_app.services import queue_email, queue_sms
from sessions_app.models import SsoSession

HOUR = 3600
TEMPLATE = "recovery"
# Somebody waits for it, as for a code: it is sent within the limits of codes, and refused aloud.
PURPOSE = "otp.recovery"
NOTICE = "recovery_started"


def start_recovery(*, person: User, way: Way, caller: Caller) -> None:
    """End what is open, take the password away and send the link. All of it or nothing.

    Whoever has both a number and an address is told on the other one too, without the link: an attacker who talked an
    operator into this is noticed. Raises NothingToDo for an account that is shut or cannot be reached that way, and
    SendingRefused or CountryRefused for an SMS that may not be sent.
    """

    def start() -> None:
        fresh = User.objects.get(pk=person.pk)
        if not fresh.is_active or way not in ways_of(fresh):
            raise NothingToDo(_("The account changed in the meantime. Look at it again."))
        # Also makes every link of before worthless.
        disable_password(user=fresh)
        end_everything(user=fresh, caller=caller, reason=SsoSession.EndReason.OPERATOR)
        fresh.refresh_from_db()
        _send(fresh, way)
        _tell_elsewhere(fresh, way)

    run_in_transaction(start)


def _send(person: User, way: Way) -> None:
    path = reverse("account:recover", args=[recovery_token(person, way)])
    # From the configured origin, never from the request's Host header.
    context = {
        "url": f"{settings.ISSUER_URL}{path}",
        "hours": max(1, round(conf.RECOVERY_LINK_SECONDS / HOUR)),
    }
    message: dict[str, Any] = {
        "template": TEMPLATE,
        "context": context,
        "purpose": PURPOSE,
        "language": language_of(person),
        "user_id": person.pk,
    }
    if way is Way.EMAIL:
        queue_email(to=person.email, **message)
    else:
        queue_sms(to=person.phone or "", **message)


def _tell_elsewhere(person: User, way: Way) -> None:
    context = {"when": timezone.now()}
    if way is Way.PHONE and has_email(person):
        tell_by_email(person, template=NOTICE, context=context)
    elif way is Way.EMAIL and person.phone and person.phone_proven_at:
        tell_by_sms(person, to=person.phone, template=NOTICE, context=context)
