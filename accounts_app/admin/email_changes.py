"""Changes of e-mail address: what happened when, both masked, and taking one back for somebody who lost the link."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts_app.email_changes import undo_email_change
from accounts_app.identifiers import mask_email, normalise_email
from accounts_app.models import EmailChange
from accounts_app.phone_changes import UndoRefused
from accounts_app.services import EmailTaken
from core_app.caller import caller_of
from limits_app.admin.read_only import ReadOnlyAdmin


@admin.register(EmailChange)
class EmailChangeAdmin(ReadOnlyAdmin):
    list_display = ("person", "old_address", "new_address", "state", "changed_at", "undo_until", "undone_at")
    list_filter = ("changed_at",)
    list_select_related = ("user",)
    fields = list_display
    ordering = ("-changed_at",)
    search_fields = ("user__sub",)
    search_help_text = _("The whole address, old or new, or the person's subject.")
    actions = ("take_back",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EmailChange], search_term: str
    ) -> tuple[QuerySet[EmailChange], bool]:
        """By a whole address, in any spelling; a part of one finds nothing."""
        address = normalise_email(search_term)
        try:
            validate_email(address)
        except ValidationError:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(old_email=address) | queryset.filter(new_email=address), False

    @admin.display(description=_("person"))
    def person(self, change: EmailChange) -> str:
        return str(change.user)

    @admin.display(description=_("old address"))
    def old_address(self, change: EmailChange) -> str:
        return mask_email(change.old_email) if change.old_email else self.get_empty_value_display()

    @admin.display(description=_("new address"))
    def new_address(self, change: EmailChange) -> str:
        return mask_email(change.new_email)

    @admin.display(description=_("state"))
    def state(self, change: EmailChange) -> str:
        if change.undone_at:
            return gettext("taken back")
        return gettext("can be taken back") if change.undo_until > timezone.now() else gettext("final")

    @admin.action(description=_("Take back: old address, no password, signed out"), permissions=["lift"])
    def take_back(self, request: HttpRequest, changes: QuerySet[EmailChange]) -> None:
        """As the link in the notice does, while it would work."""
        done = 0
        for change in changes.select_related("user"):
            try:
                undo_email_change(change=change, caller=caller_of(request))
                done += 1
            except (UndoRefused, EmailTaken) as error:
                self.message_user(request, f"{change}: {error.message}", messages.WARNING)
        said = ngettext("%(count)d change taken back.", "%(count)d changes taken back.", done)
        self.message_user(request, said % {"count": done}, messages.SUCCESS)
