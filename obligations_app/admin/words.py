"""One entry of the record in words, with links to who and what it is about."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core_app.events import CATALOGUE
from custom_scopes_and_policies_app.models import Application, RefreshToken
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession

NOTHING = "–"  # noqa: RUF001  an en dash is meant
LIST = "admin:obligations_app_oauthtokenlog_changelist"
DETAIL = "admin:obligations_app_oauthtokenlog_change"
SHOWN_OF_ONE_REQUEST = 20


def sentence(entry: OAuthTokenLog) -> str:
    """What happened, to whom and from where, as one would say it."""
    signal = CATALOGUE.get(entry.event)
    parts = [signal.meaning if signal else _("An event of a part of the server that is not installed.")]
    if entry.user_id is not None:
        parts.append(_("Person: %(name)s.") % {"name": _person_name(entry)})
    if entry.client_id:
        parts.append(_("App: %(name)s.") % {"name": _app_name(entry.client_id)})
    if entry.reason:
        parts.append(_("Reason: %(reason)s.") % {"reason": entry.reason})
    if entry.count > 1:
        parts.append(
            ngettext("%d like it within a minute.", "%d like it within a minute.", entry.count) % entry.count
        )
    return " ".join(parts)


def person(entry: OAuthTokenLog) -> str | SafeString:
    """The person, leading to their page; what is left of one who is deleted."""
    if entry.user_id is None:
        return NOTHING
    if entry.user is None:
        return _person_name(entry)
    url = reverse("admin:accounts_app_user_change", args=[entry.user_id])
    return format_html('<a href="{}">{}</a>', url, entry.user)


def client(entry: OAuthTokenLog) -> str | SafeString:
    """The app, and everything about it."""
    app = Application.objects.filter(client_id=entry.client_id).first() if entry.client_id else None
    return _row(app, str(app or ""), entries_link(entry.client_id, client=entry.client_id))


def session(entry: OAuthTokenLog) -> str | SafeString:
    """The session as long as it is known, and everything about it."""
    sid = str(entry.sid or "")
    known = SsoSession.objects.filter(pk=sid).only("pk").first() if sid else None
    return _row(known, _("Open the session"), entries_link(sid, q=sid))


def family(entry: OAuthTokenLog) -> str | SafeString:
    """The token family as long as it is known, and everything about it."""
    identity = str(entry.family or "")
    known = RefreshToken.objects.filter(pk=identity).only("pk").first() if identity else None
    return _row(known, _("Open the token family"), entries_link(identity, q=identity))


def others_of_the_request(entry: OAuthTokenLog) -> str | SafeString:
    """What else was recorded of the same request, oldest first."""
    if not entry.request_id:
        return NOTHING
    others = OAuthTokenLog.objects.filter(request_id=entry.request_id).exclude(pk=entry.pk)
    rows = others.order_by("at", "id")[:SHOWN_OF_ONE_REQUEST]
    links = ((reverse(DETAIL, args=[other.pk]), other.event, other.reason) for other in rows)
    return format_html_join(SafeString("<br>"), '<a href="{}">{}</a> {}', links) or NOTHING


def entries_link(words: str, **query: str) -> str | SafeString:
    """An id that leads to all entries naming it."""
    if not words:
        return NOTHING
    return format_html('<a href="{}">{}</a>', reverse(LIST, query=query), words)


def _row(known: Any, words: str, entries: str | SafeString) -> str | SafeString:
    """A thing that is still there, and the entries about it."""
    if known is None:
        return entries
    meta = known._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[known.pk])
    return format_html('<a href="{}">{}</a> ({})', url, words, entries)


def _person_name(entry: OAuthTokenLog) -> str:
    return str(entry.user) if entry.user else _("deleted (%(number)d)") % {"number": entry.user_id}


def _app_name(client_id: str) -> str:
    name = Application.objects.filter(client_id=client_id).values_list("name", flat=True).first()
    return name or client_id
