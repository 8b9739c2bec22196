"""Who the audiences are: the person of an event, the operators, the owner of an app."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from messaging_app.notices import Recipient
from messaging_app.spending_conf import conf as messaging
from obligations_app.conf import conf
from obligations_app.duties.choices import Audience
from obligations_app.models import OAuthTokenLog

NEEDED = ("phone", "phone_proven_at", "email", "email_verified_at", "locale", "zoneinfo")
MOST_OPERATORS = 50


@dataclass(frozen=True, slots=True)
class Addressee:
    """An address from the settings or an app's registration, behind which there is no account."""

    email: str
    email_verified_at: datetime | None
    pk: int | None = None
    phone: str | None = None
    locale: str = ""
    zoneinfo: str = ""


def recipients(entry: OAuthTokenLog, audience: Audience) -> Sequence[Recipient]:
    """Those of the audience who can be written to."""
    if audience == Audience.PERSON:
        return list(_people().filter(pk=entry.user_id)) if entry.user_id is not None else []
    if audience == Audience.OPERATORS:
        return list(_operators())
    return list(_owners(entry.client_id))


def key_of(recipient: Recipient) -> str:
    """Under what their notices are counted."""
    return f"person {recipient.pk}" if recipient.pk is not None else recipient.email.casefold()


def _people() -> QuerySet[User]:
    return User.objects.filter(is_active=True).only(*NEEDED)


def _operators() -> Iterator[Recipient]:
    """The addresses of the settings; without any, the group's or the superusers' verified ones."""
    if messaging.OPERATOR_EMAILS:
        yield from (Addressee(address, timezone.now()) for address in messaging.OPERATOR_EMAILS)
        return
    operators = _people().filter(email_verified_at__isnull=False).exclude(email="")
    if conf.OPERATOR_GROUP:
        operators = operators.filter(groups__name=conf.OPERATOR_GROUP)
    else:
        operators = operators.filter(is_superuser=True)
    yield from operators.order_by("pk")[:MOST_OPERATORS]


def _owners(client_id: str) -> Iterator[Recipient]:
    """The contact of the registration, which an operator wrote there; else the account that owns the app."""
    app = Application.objects.filter(client_id=client_id).only("contact_email", "user_id").first()
    if app is None:
        return
    if app.contact_email:
        yield Addressee(app.contact_email, timezone.now())
    elif app.user_id is not None:
        yield from _people().filter(pk=app.user_id, email_verified_at__isnull=False)
