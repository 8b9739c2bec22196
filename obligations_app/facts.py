"""What a notice says, from the entry of the record alone: no room writes letters about its events."""

import re
from collections.abc import Callable, Mapping

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from core_app.events import CATALOGUE
from custom_scopes_and_policies_app.models import Application
from messaging_app.notices import Recipient, has_email, language_of
from obligations_app.duties.choices import Audience
from obligations_app.duties.duty import Duty
from obligations_app.models import OAuthTokenLog
from sessions_app.devices import device_name
from sessions_app.models import SsoSession
from sessions_app.reports import report_token
from social_login_app.providers import label_of

Facts = dict[str, object]
BY_OPERATOR = re.compile(r"(by )?operator\b")
# That sign-in is over: there is nothing left to close.
ENDED = frozenset({"refresh.reused"})


def facts_of(entry: OAuthTokenLog, duty: Duty, recipient: Recipient) -> Facts:
    """The context of the templates, for this recipient."""
    common: Facts = {"event": entry.event, "app": _app_name(entry.client_id), "when": entry.at}
    if duty.audience != Audience.PERSON:
        return {**common, **_for_staff(entry)}
    with translation.override(language_of(recipient)):
        more = MORE.get(entry.event, _nothing)(entry, recipient)
        return {**common, **_from_where(entry), **more}


def _from_where(entry: OAuthTokenLog) -> Facts:
    """An operator's own place is nobody's business."""
    if BY_OPERATOR.match(entry.reason) or BY_OPERATOR.match(entry.subject):
        return {"ip": ""}
    place: Facts = {"ip": entry.ip or ""}
    if entry.sid is not None and entry.event not in ENDED:
        link = reverse("account:not-me", args=[report_token(entry.sid)])
        place |= {"device": device_name(entry.user_agent), "report_url": f"{settings.ISSUER_URL}{link}"}
    return place


def _for_staff(entry: OAuthTokenLog) -> Facts:
    """Ids and words of the record, as operators see them in the admin too."""
    signal = CATALOGUE.get(entry.event)
    return {
        "meaning": signal.meaning if signal else "",
        "client_id": entry.client_id,
        "about": entry.subject,
        "reason": entry.reason,
        "ip": entry.ip or "",
        "record_url": f"{settings.ISSUER_URL}{_record_path(entry)}",
    }


def _record_path(entry: OAuthTokenLog) -> str:
    return reverse("admin:obligations_app_oauthtokenlog_change", args=[entry.pk])


def _app_name(client_id: str) -> str:
    if not client_id:
        return ""
    name = Application.objects.filter(client_id=client_id).values_list("name", flat=True).first()
    return name or client_id


def _nothing(entry: OAuthTokenLog, recipient: Recipient) -> Facts:
    return {}


def _token(entry: OAuthTokenLog, recipient: Recipient) -> Facts:
    """The caller is the app's server as often as not: the device is that of the sign-in."""
    found = SsoSession.objects.select_related("device")
    session = found.filter(pk=entry.sid).first() if entry.sid else None
    if session is None:
        return {"ip": ""}
    device = session.device.name if session.device else device_name(session.user_agent)
    return {"device": device, "ip": session.ip or ""}


def _factor(change: str) -> Callable[[OAuthTokenLog, Recipient], Facts]:
    def facts(entry: OAuthTokenLog, recipient: Recipient) -> Facts:
        count = re.match(r"[0-9]+", entry.subject)
        return {"change": change, "what": entry.reason, "left": int(count[0]) if count else None}

    return facts


def _password(entry: OAuthTokenLog, recipient: Recipient) -> Facts:
    """With a session, the sign-in that the change was made in goes on."""
    return {"reset_path": _reset_path(recipient), "is_elsewhere_only": entry.sid is not None}


def _locked(entry: OAuthTokenLog, recipient: Recipient) -> Facts:
    return {"reset_path": _reset_path(recipient), "what": entry.reason}


def _provider(entry: OAuthTokenLog, recipient: Recipient) -> Facts:
    return {"provider": label_of(entry.subject)}


def _reset_path(recipient: Recipient) -> str:
    try:
        return reverse("email_auth:reset") if has_email(recipient) else resolve_url(settings.RESET_URL)
    except NoReverseMatch:  # that room is not installed
        return resolve_url(settings.RESET_URL)


MORE: Mapping[str, Callable[[OAuthTokenLog, Recipient], Facts]] = {
    "token.issued": _token,
    "account.locked": _locked,
    "password.changed": _password,
    "factor.added": _factor("added"),
    "factor.removed": _factor("removed"),
    "factor.reset": _factor("reset"),
    "backup_codes.made": _factor("backup_codes_made"),
    "backup_code.used": _factor("backup_code_used"),
    "passkey.suspended": _factor("passkey_suspended"),
    "social.linked": _provider,
    "social.unlinked": _provider,
}
