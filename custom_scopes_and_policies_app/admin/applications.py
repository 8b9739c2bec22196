"""Apps for operators: registered by kind, changed, switched off and on, deleted."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core_app.caller import caller_of
from custom_scopes_and_policies_app.admin.application_form import ApplicationForm
from custom_scopes_and_policies_app.admin.kinds import KINDS
from custom_scopes_and_policies_app.admin.secret_pages import TEMPLATES, SecretPages, secret_rows
from custom_scopes_and_policies_app.client_changes import delete_client, disable_client, enable_client
from custom_scopes_and_policies_app.client_keys import prepare_signing
from custom_scopes_and_policies_app.models import Application, Consent, RefreshToken
from custom_scopes_and_policies_app.signals import client_changed, client_created, client_secret_ended


class ApplicationAdmin(SecretPages):
    """Register and change apps. A generated secret is shown once, on a page of its own."""

    form = ApplicationForm
    change_form_template = f"{TEMPLATES}/change_form.html"
    list_display = (
        "name",
        "client_id",
        "token_endpoint_auth_method",
        "is_first_party",
        "is_enabled",
        "created",
    )
    list_filter = ("client_type", "is_first_party", "is_enabled", "algorithm")
    search_fields = ("name", "client_id", "owner_name", "redirect_uris")
    readonly_fields = ("is_enabled", "secret_hints", "created", "updated")
    filter_horizontal = ("allowed_groups",)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    show_full_result_count = False
    actions = ("disable_selected", "enable_selected")
    fieldsets = (
        (
            None,
            {"fields": ("name", "client_id", "token_endpoint_auth_method", "secret_hints", "is_enabled")},
        ),
        (
            _("Addresses"),
            {
                "fields": (
                    "redirect_uris", "post_logout_redirect_uris", "allowed_origins",
                    "backchannel_logout_uri", "frontchannel_logout_uri",
                )
            },
        ),
        (
            _("What it may do"),
            {
                "fields": (
                    "grant_types", "allowed_scopes", "audiences", "is_first_party", "may_introspect",
                    "is_pkce_required", "response_modes",
                )
            },
        ),
        (_("Who may use it"), {"fields": ("required_acr", "allowed_countries", "allowed_groups")}),
        (
            _("Tokens"),
            {
                "fields": (
                    "algorithm", "access_token_lifetime", "refresh_token_lifetime", "refresh_token_idle",
                    "strict_refresh",
                )
            },
        ),
        (
            _("Shown to people"),
            {"fields": ("owner_name", "site_url", "logo_url", "terms_url", "privacy_url", "contact_email")},
        ),
        (_("History"), {"fields": ("created", "updated")}),
    )  # fmt: skip

    @admin.display(description=_("secrets"))
    def secret_hints(self, client: Application) -> str:
        """The last characters of each secret."""
        return ", ".join(f"…{row.hint}" for row in secret_rows(client)) or self.get_empty_value_display()

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.switch_view)
        name = "custom_scopes_and_policies_app_application_switch"
        return [path("<path:object_id>/switch/", page, name=name), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Application | None = None) -> tuple[str, ...]:
        """An app's id stays: its tokens and the people's consents are bound to it."""
        return (*self.readonly_fields, *(["client_id"] if obj is not None else []))

    def get_fieldsets(self, request: HttpRequest, obj: Application | None = None) -> Any:
        """A new app has no secrets, no state and no history yet."""
        if obj is not None:
            return super().get_fieldsets(request, obj)
        (title, options), *others, _history = self.fieldsets
        return [(title, {**options, "fields": options["fields"][:3]}), *others]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return KINDS[request.GET["kind"]].initial

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the kind of app, then its form with the values that suit it."""
        kind = KINDS.get(request.GET.get("kind", ""))
        if kind is not None:
            return super().add_view(request, form_url, {**(extra_context or {}), "kind": kind})
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _now("What kind of app is it?"),
            "kinds": KINDS.values(),
        }
        return TemplateResponse(request, f"{TEMPLATES}/kinds.html", context)

    def save_model(
        self, request: HttpRequest, obj: Application, form: "ModelForm[Application]", change: bool
    ) -> None:
        lost_secrets = False
        if change:
            # Under the row's lock: the form does not hold these, and another operator may be changing them.
            stored = Application.objects.select_for_update().get(pk=obj.pk)
            obj.is_enabled = stored.is_enabled
            obj.client_secrets = stored.client_secrets if obj.is_confidential else []
            lost_secrets = bool(stored.client_secrets) and not obj.client_secrets
        prepare_signing(obj)
        super().save_model(request, obj, form, change)
        facts: dict[str, Any] = {
            "user_id": request.user.pk,
            "client_id": obj.client_id,
            "caller": caller_of(request),
        }
        signal = client_changed if change else client_created
        signal.emit(subject=" ".join(form.changed_data)[:200], **facts)
        if lost_secrets:
            client_secret_ended.emit(reason="public_now", **facts)

    def response_add(
        self, request: HttpRequest, obj: Application, post_url_continue: str | None = None
    ) -> HttpResponse:
        if obj.is_confidential:
            return self.show_new_secret(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Application) -> HttpResponse:
        if obj.is_confidential and not obj.client_secrets and "token_endpoint_auth_method" in request.POST:
            return self.show_new_secret(request, obj)
        return super().response_change(request, obj)

    def switch_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what switching off ends, or that the app starts anew; POST does it."""
        client = self.get_object(request, object_id)
        if client is None:
            raise Http404
        if not self.has_change_permission(request, client):
            raise PermissionDenied
        if request.method == "POST":
            switch = enable_client if request.POST.get("to") == "on" else disable_client
            switch(client=client, actor_id=request.user.pk, caller=caller_of(request))
            url = reverse("admin:custom_scopes_and_policies_app_application_change", args=[client.pk])
            return HttpResponseRedirect(url)
        question = _now("Switch %(app)s off?") if client.is_enabled else _now("Switch %(app)s on?")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": client,
            "title": question % {"app": client},
            "families": _live_families(client),
        }
        return TemplateResponse(request, f"{TEMPLATES}/switch.html", context)

    @admin.action(description=_("Switch off: end all tokens of the selected apps"), permissions=["change"])
    def disable_selected(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        """Each is refused everywhere at once."""
        caller = caller_of(request)
        done = sum(disable_client(client=app, actor_id=request.user.pk, caller=caller) for app in queryset)
        messages.success(request, ngettext("%d app switched off.", "%d apps switched off.", done) % done)

    @admin.action(description=_("Switch on"), permissions=["change"])
    def enable_selected(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        caller = caller_of(request)
        done = sum(enable_client(client=app, actor_id=request.user.pk, caller=caller) for app in queryset)
        messages.success(request, ngettext("%d app switched on.", "%d apps switched on.", done) % done)

    def delete_model(self, request: HttpRequest, obj: Application) -> None:
        delete_client(client=obj, actor_id=request.user.pk, caller=caller_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        for client in queryset:
            self.delete_model(request, client)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What goes with an app, counted: listing it could be a million lines."""
        clients = list(objs)
        counts = {
            str(self.opts.verbose_name_plural): len(clients),
            _now("consents of people"): Consent.objects.filter(application__in=clients).count(),
            _now("connections that end"): sum(_live_families(client) for client in clients),
        }
        return [str(client) for client in clients], counts, set(), []


def _live_families(client: Application) -> int:
    return RefreshToken.objects.filter(application=client, revoked_at__isnull=True).count()
