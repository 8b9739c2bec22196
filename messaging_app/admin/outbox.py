"""The outbox as operators see it: what happened to a message, never what it said or to whom in full."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core_app.caller import caller_of
from core_app.keyring import SealBroken
from limits_app.blocks import block, is_blocked, unblock
from limits_app.models import Block
from messaging_app import totals
from messaging_app.admin import words
from messaging_app.admin.filters import NeedsALookFilter, WordFilter
from messaging_app.envelope import open_recipient
from messaging_app.models import OutboundMessage
from messaging_app.retrying import retry, why_not
from messaging_app.spending_conf import conf

DAYS = (1, 7, 30, 90)


@admin.register(OutboundMessage)
class OutboundMessageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = (
        "created_at",
        "channel",
        "purpose",
        "recipient_masked",
        "country",
        "status",
        "attempts",
        "route",
        "parts",
        "cost",
        "currency",
        "receipt_status",
        "sent_at",
    )
    list_filter = (
        NeedsALookFilter, "status", "channel", ("route", WordFilter), ("receipt_status", WordFilter),
        ("country", WordFilter), "purpose",
    )  # fmt: skip
    search_fields = ("=idempotency_key", "=provider_id")
    search_help_text = _("The whole idempotency key or the provider's whole id.")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("purpose", "channel", "recipient_masked", "status", "meaning", "last_error")}),
        (_("Its way"), {"fields": ("timeline", "attempts", "next_attempt_at", "expires_at")}),
        (
            _("Route, cost and receipt"),
            {
                "fields": (
                    "country",
                    "handed_to",
                    "route",
                    "provider_id",
                    "parts",
                    "cost",
                    "currency",
                    "receipt_status",
                )
            },
        ),
        (_("More"), {"fields": ("template", "language", "user_id", "idempotency_key")}),
    )
    actions = ("retry_selected",)
    change_list_template = "admin/messaging_app/outboundmessage/change_list.html"
    change_form_template = "admin/messaging_app/outboundmessage/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutboundMessage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboundMessage | None = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("messaging_app.change_outboundmessage")

    @admin.display(description=_("what it means"))
    def meaning(self, message: OutboundMessage) -> str:
        return words.meaning(message)

    @admin.display(description=_("what happened"))
    def timeline(self, message: OutboundMessage) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in words.timeline(message)))

    @admin.action(description=_("Retry dead messages"), permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[OutboundMessage]) -> None:
        ids = list(queryset.values_list("id", flat=True))
        count = retry(ids=ids, operator_id=request.user.pk, caller=caller_of(request))
        text = ngettext("%d message is queued again.", "%d messages are queued again.", count)
        self.message_user(request, text % count, messages.SUCCESS if count else messages.WARNING)
        if left := len(ids) - count:
            text = ngettext("%d message was left as it is.", "%d messages were left as they are.", left)
            self.message_user(request, text % left, messages.WARNING)

    def retry_one(self, request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
        """The button on a message's page: the same, with the reason when it cannot be done."""
        if not self.has_retry_permission(request):
            raise PermissionDenied
        message = get_object_or_404(OutboundMessage, pk=message_id)
        if retry(ids=[message_id], operator_id=request.user.pk, caller=caller_of(request)):
            self.message_user(request, _now("The message is queued again."), messages.SUCCESS)
        else:
            reason = why_not(message) or _now("Somebody else has just sent it again.")
            self.message_user(request, reason, messages.ERROR)
        return redirect("admin:messaging_app_outboundmessage_change", message_id)

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        return [
            path("totals/", site.admin_view(self.totals), name="messaging_app_outboundmessage_totals"),
            path(
                "<uuid:message_id>/block/",
                site.admin_view(require_POST(self.block_number)),
                name="messaging_app_outboundmessage_block",
            ),
            path(
                "<uuid:message_id>/retry/",
                site.admin_view(require_POST(self.retry_one)),
                name="messaging_app_outboundmessage_retry",
            ),
            *super().get_urls(),
        ]

    def totals(self, request: HttpRequest) -> HttpResponse:
        """Counts and cost by day, route and country; budgets; breakers."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        days = _days(request.GET.get("days", ""))
        context = {
            **self.admin_site.each_context(request),
            "title": _now("Totals and cost"),
            "rows": totals.totals(days=days),
            "budgets": totals.budgets(),
            "routes": totals.routes(),
            "currency": conf.SMS_CURRENCY,
            "days": days,
            "choices": DAYS,
        }
        return TemplateResponse(request, "admin/messaging_app/outboundmessage/totals.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The message, with buttons that send it again, and block its number or let it go."""
        message = self.get_object(request, object_id)
        buttons = {
            "blocking": _blocking(message) if message and _may_block(request) else None,
            "may_retry": bool(message and self.has_retry_permission(request) and not why_not(message)),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **buttons})

    def block_number(self, request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
        """Block the number of this message, or let it go; the operator never sees the whole of it."""
        if not _may_block(request):
            raise PermissionDenied
        message = get_object_or_404(OutboundMessage, pk=message_id, channel=OutboundMessage.Channel.SMS)
        phone, caller = _recipient(message), caller_of(request)
        if not phone:
            self.message_user(request, _now("This message's number cannot be opened."), messages.ERROR)
        elif request.POST.get("action") == "unblock":
            unblock(kind=Block.Kind.PHONE, key=phone, caller=caller)
            self.message_user(request, _now("The number gets SMS again."), messages.SUCCESS)
        else:
            reason = _now("by an operator")
            block(
                kind=Block.Kind.PHONE, key=phone, label=message.recipient_masked, reason=reason, caller=caller
            )
            self.message_user(request, _now("The number gets no SMS any more."), messages.SUCCESS)
        return redirect("admin:messaging_app_outboundmessage_change", message_id)


def _days(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and int(text) in DAYS else DAYS[1]


def _may_block(request: HttpRequest) -> bool:
    return request.user.has_perm("limits_app.add_block")


def _blocking(message: OutboundMessage) -> dict[str, str] | None:
    """What the button does; None for an e-mail, or when the number cannot be opened."""
    phone = _recipient(message) if message.channel == OutboundMessage.Channel.SMS else ""
    if not phone:
        return None
    if is_blocked(Block.Kind.PHONE, phone):
        return {"action": "unblock", "label": _now("Let this number have SMS again")}
    return {"action": "block", "label": _now("Block this number")}


def _recipient(message: OutboundMessage) -> str:
    try:
        return open_recipient(message.id, message.recipient_sealed)
    except SealBroken:
        return ""
