"""The key ring as operators see it: which key is used since when, what comes next, and two brakes.

Rotating and revoking ask for a permission each and for a confirmation. Never the private part.
"""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core_app.caller import caller_of
from jwt_app.errors import UnsuitableKey
from jwt_app.models import SigningKey
from jwt_app.rotation import Cause, Step, revoke, rotate
from jwt_app.schedule import next_step_at

ROTATE = "jwt_app.rotate_signingkey"
REVOKE = "jwt_app.revoke_signingkey"
FIELDS = (
    "kid", "algorithm", "state", "created_at", "activated_at", "retired_at", "verify_until", "hints_until",
    "public_jwk",
)  # fmt: skip


@admin.register(SigningKey)
class SigningKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("kid", "algorithm", "state", "age", "next_step")
    list_filter = ("state", "algorithm")
    fields = FIELDS
    readonly_fields = FIELDS
    actions = None
    change_list_template = "admin/jwt_app/signingkey/change_list.html"
    change_form_template = "admin/jwt_app/signingkey/change_form.html"

    @admin.display(description=_("age"), ordering="created_at")
    def age(self, key: SigningKey) -> str:
        """Since when it is in its present state."""
        since = {
            SigningKey.State.NEXT: key.created_at,
            SigningKey.State.ACTIVE: key.activated_at,
        }.get(SigningKey.State(key.state), key.retired_at)
        return timesince(since) if since else "-"

    @admin.display(description=_("next step, at the earliest"))
    def next_step(self, key: SigningKey) -> str:
        moment = next_step_at(key)
        if moment is None or (key.state == SigningKey.State.RETIRED and moment <= timezone.now()):
            return "-"
        words = {
            SigningKey.State.NEXT: _now("signs from %(moment)s"),
            SigningKey.State.ACTIVE: _now("is replaced from %(moment)s"),
            SigningKey.State.RETIRED: _now("verifies until %(moment)s"),
        }[SigningKey.State(key.state)]
        return words % {"moment": timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SigningKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SigningKey | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("rotate/", view(self.rotate_now), name="jwt_app_signingkey_rotate"),
            path("<int:key_id>/revoke/", view(self.revoke_now), name="jwt_app_signingkey_revoke"),
            *super().get_urls(),
        ]

    def rotate_now(self, request: HttpRequest) -> HttpResponse:
        """Replace every active key whose successor is known to all clients; asks first."""
        _require(request, ROTATE)
        if request.method != "POST":
            return self._ask(request, _now("Rotate the signing keys now?"), key=None)
        return self._done(request, lambda cause: rotate(at_once=True, cause=cause))

    def revoke_now(self, request: HttpRequest, key_id: int) -> HttpResponse:
        """Stop trusting a key that leaked; asks first."""
        _require(request, REVOKE)
        key = get_object_or_404(SigningKey.objects.exclude(state=SigningKey.State.REVOKED), pk=key_id)
        if request.method != "POST":
            return self._ask(request, _now("Revoke this signing key?"), key=key)
        return self._done(request, lambda cause: revoke(kid=key.kid, cause=cause))

    def _ask(self, request: HttpRequest, title: str, key: SigningKey | None) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "key": key}
        return TemplateResponse(request, "admin/jwt_app/signingkey/confirm.html", context)

    def _done(self, request: HttpRequest, work: Callable[[Cause], list[Step]]) -> HttpResponse:
        cause = Cause(reason="operator", user_id=request.user.pk, caller=caller_of(request))
        try:
            steps = work(cause)
        except UnsuitableKey as error:
            self.message_user(request, str(error), messages.ERROR)
            steps = []
        else:
            if not steps:
                text = _now(
                    "Nothing was done: the next key is not yet known to everybody who caches the key set."
                )
                self.message_user(request, text, messages.WARNING)
        for step in steps:
            self.message_user(request, f"{step.algorithm} {step.kid}: {step.name}", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:jwt_app_signingkey_changelist"))


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
