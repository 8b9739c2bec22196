"""Changes of number: what happened when, both numbers masked, and taking one back for somebody who lost the link."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import InvalidPhone, mask_phone, normalise_phone
from accounts_app.models import PhoneChange
from accounts_app.phone_changes import UndoRefused, close_undo, undo_phone_change
from accounts_app.services import PhoneTaken
from core_app.caller import caller_of
from limits_app.admin.read_only import ReadOnlyAdmin


@admin.register(PhoneChange)
class PhoneChangeAdmin(ReadOnlyAdmin):
    list_display = ("person", "old_number", "new_number", "state", "changed_at", "undo_until", "undone_at")
    list_filter = ("changed_at",)
    list_select_related = ("user",)
    fields = list_display
    ordering = ("-changed_at",)
    search_fields = ("user__sub",)
    search_help_text = _("The whole phone number, old or new, or the person's subject.")
    actions = ("take_back", "close_links")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PhoneChange], search_term: str
    ) -> tuple[QuerySet[PhoneChange], bool]:
        """By a whole number, in any spelling; a part of one finds nothing."""
        try:
            phone = normalise_phone(search_term, any_country=True)
        except InvalidPhone:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(old_phone=phone) | queryset.filter(new_phone=phone), False

    @admin.display(description=_("person"))
    def person(self, change: PhoneChange) -> str:
        return str(change.user)

    @admin.display(description=_("old number"))
    def old_number(self, change: PhoneChange) -> str:
        return mask_phone(change.old_phone) if change.old_phone else self.get_empty_value_display()

    @admin.display(description=_("new number"))
    def new_number(self, change: PhoneChange) -> str:
        return mask_phone(change.new_phone)

    @admin.display(description=_("state"))
    def state(self, change: PhoneChange) -> str:
        if change.undone_at:
            return gettext("taken back")
        return gettext("can be taken back") if change.undo_until > timezone.now() else gettext("final")

    @admin.action(description=_("Take back: old number, no password, signed out"), permissions=["lift"])
    def take_back(self, request: HttpRequest, changes: QuerySet[PhoneChange]) -> None:
        """As the link in the notice does, while it would work."""
        done = 0
        for change in changes.select_related("user"):
            try:
                undo_phone_change(change=change, caller=caller_of(request))
                done += 1
            except (UndoRefused, PhoneTaken) as error:
                self.message_user(request, f"{change}: {error.message}", messages.WARNING)
        said = ngettext("%(count)d change taken back.", "%(count)d changes taken back.", done)
        self.message_user(request, said % {"count": done}, messages.SUCCESS)

    @admin.action(description=_("Make final: the links stop working"), permissions=["lift"])
    def close_links(self, request: HttpRequest, changes: QuerySet[PhoneChange]) -> None:
        done = close_undo(changes)
        said = ngettext("%(count)d change is final.", "%(count)d changes are final.", done)
        self.message_user(request, said % {"count": done}, messages.SUCCESS)
