"""Accounts that their owners closed: since when, until when the link works, and whether it was used."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts_app.closing import reopen_account
from accounts_app.models import AccountClosure
from accounts_app.phone_changes import UndoRefused
from core_app.caller import caller_of
from limits_app.admin.read_only import ReadOnlyAdmin


@admin.register(AccountClosure)
class AccountClosureAdmin(ReadOnlyAdmin):
    list_display = ("person", "state", "closed_at", "undo_until", "undone_at")
    list_filter = ("closed_at",)
    list_select_related = ("user",)
    fields = list_display
    ordering = ("-closed_at",)
    search_fields = ("user__sub",)
    search_help_text = _("The person's subject.")
    actions = ("open_again",)

    @admin.display(description=_("person"))
    def person(self, closure: AccountClosure) -> str:
        return str(closure.user)

    @admin.display(description=_("state"))
    def state(self, closure: AccountClosure) -> str:
        if closure.undone_at:
            return gettext("opened again")
        return gettext("can be opened again") if closure.undo_until > timezone.now() else gettext("final")

    @admin.action(description=_("Open again, as the link in the notice does"), permissions=["lift"])
    def open_again(self, request: HttpRequest, closures: QuerySet[AccountClosure]) -> None:
        """For somebody who lost the link, while it would work."""
        done = 0
        for closure in closures.select_related("user"):
            try:
                reopen_account(closure=closure, caller=caller_of(request), operator_id=request.user.pk)
                done += 1
            except UndoRefused as error:
                self.message_user(request, f"{closure}: {error.message}", messages.WARNING)
        said = ngettext("%(count)d account opened again.", "%(count)d accounts opened again.", done)
        self.message_user(request, said % {"count": done}, messages.SUCCESS)
