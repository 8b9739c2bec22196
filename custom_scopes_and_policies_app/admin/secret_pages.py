"""Secrets of an app for operators: listed by their last characters, made, given an end, removed.

A new secret is part of the answer to the very request that made it. It never travels in a message, a session or an
address, where it would be kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core_app.caller import caller_of
from custom_scopes_and_policies_app.admin.fields import DAY, HOUR, in_words
from custom_scopes_and_policies_app.client_changes import (
    ClientChangeRefused,
    add_secret,
    expire_secret,
    remove_secret,
)
from custom_scopes_and_policies_app.models import Application

ENDS = (HOUR, DAY, 7 * DAY, 30 * DAY)
TEMPLATES = "admin/custom_scopes_and_policies_app/application"


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A secret as the page shows it."""

    id: str
    hint: str
    created_at: datetime
    expires_at: datetime | None
    is_over: bool


class SecretPages(admin.ModelAdmin):  # type: ignore[type-arg]
    """The part of an app's admin that deals with its secrets."""

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.secrets_view)
        return [
            path(
                "<path:object_id>/secrets/", page, name="custom_scopes_and_policies_app_application_secrets"
            ),
            *super().get_urls(),
        ]

    def secrets_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """List the secrets; POST `do` is add, end, keep or remove."""
        client = self.get_object(request, object_id)
        if client is None or not client.is_confidential:
            raise Http404
        if not self.has_change_permission(request, client):
            raise PermissionDenied
        if request.method == "POST":
            return self._changed(request, client)
        context = {
            **self._context(request, client),
            "title": _("Secrets of %(app)s") % {"app": client},
            "rows": secret_rows(client),
            "newest": newest_secret(client),
            "ends": [(seconds, in_words(seconds)) for seconds in ENDS],
        }
        return TemplateResponse(request, f"{TEMPLATES}/secrets.html", context)

    def show_new_secret(self, request: HttpRequest, client: Application) -> HttpResponse:
        """Make a secret and show it, in this one answer. Raises ClientChangeRefused."""
        secret = add_secret(client=client, actor_id=request.user.pk, caller=caller_of(request))
        context = {
            **self._context(request, client),
            "title": _("A new secret for %(app)s") % {"app": client},
            "secret": secret,
        }
        response = TemplateResponse(request, f"{TEMPLATES}/secret_shown.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _changed(self, request: HttpRequest, client: Application) -> HttpResponse:
        changes: dict[str, Callable[[HttpRequest, Application], HttpResponse | None]] = {
            "add": self._add,
            "end": _set_end,
            "keep": _set_end,
            "remove": _remove,
        }
        change = changes.get(request.POST.get("do", ""))
        try:
            response = change(request, client) if change else None
        except ClientChangeRefused:
            messages.error(request, _("Nothing was changed: the list of secrets is another one by now."))
            response = None
        return response or HttpResponseRedirect(
            reverse("admin:custom_scopes_and_policies_app_application_secrets", args=[client.pk])
        )

    def _add(self, request: HttpRequest, client: Application) -> HttpResponse:
        # A page loaded again sends its form again: the list it was made from tells.
        if request.POST.get("newest", "") != newest_secret(client):
            raise ClientChangeRefused
        return self.show_new_secret(request, client)

    def _context(self, request: HttpRequest, client: Application) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "original": client}


def _set_end(request: HttpRequest, client: Application) -> None:
    seconds = request.POST.get("after", "")
    is_known = seconds.isdecimal() and int(seconds) in ENDS
    if request.POST["do"] == "end" and not is_known:
        raise ClientChangeRefused
    expire_secret(
        client=client,
        secret_id=request.POST.get("secret", ""),
        expires_at=timezone.now() + timedelta(seconds=int(seconds)) if request.POST["do"] == "end" else None,
        actor_id=request.user.pk,
        caller=caller_of(request),
    )
    messages.success(request, _("Done."))


def _remove(request: HttpRequest, client: Application) -> None:
    secret_id = request.POST.get("secret", "")
    remove_secret(client=client, secret_id=secret_id, actor_id=request.user.pk, caller=caller_of(request))
    messages.success(request, _("The secret is removed: whoever still uses it is refused."))


def secret_rows(client: Application) -> list[SecretRow]:
    """What may be known of the secrets: enough to tell them apart, useless otherwise."""
    now = timezone.now()
    rows = []
    for entry in client.client_secrets:
        expires_at = datetime.fromisoformat(entry["expires_at"]) if entry["expires_at"] else None
        rows.append(
            SecretRow(
                id=entry["id"],
                hint=entry["hint"],
                created_at=datetime.fromisoformat(entry["created_at"]),
                expires_at=expires_at,
                is_over=expires_at is not None and expires_at <= now,
            )
        )
    return rows


def newest_secret(client: Application) -> str:
    """The id of the secret made last, "" when there is none."""
    return str(client.client_secrets[-1]["id"]) if client.client_secrets else ""
