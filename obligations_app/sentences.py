"""Events in a person's own words: what is told of each, and what is not told at all.

An event that is not here is not shown: it is nobody's business (what others do), or news to nobody (a token refreshed).
Where an operator may have done it, the address and the device are theirs, and are not told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from obligations_app.models import OAuthTokenLog

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is told of an event. `by_reason` says it more precisely where the reason is known.

    `is_own`: the person, or whoever acted in their place, did it from the address and device of the entry.
    """

    words: "Text"
    is_own: bool = True
    by_reason: "Mapping[str, Sentence] | None" = None


def sentence_for(entry: OAuthTokenLog) -> Sentence | None:
    """What to tell of an entry; None for nothing."""
    said = SENTENCES.get(entry.event)
    if said is None:
        return None
    if entry.reason.startswith(f"by {OPERATOR}") or entry.subject.startswith(f"by {OPERATOR}"):
        return Sentence(BY_OPERATOR.get(entry.event, said.words), is_own=False)
    return (said.by_reason or {}).get(entry.reason, said)


ENDED = {
    "logout": Sentence(_("Signed out.")),
    "replaced": Sentence(_("Signed out, because somebody else signed in in that browser.")),
    "not_me": Sentence(_("Signed out, because you said that it was not you.")),
    "refresh_reused": Sentence(
        _("Signed out, because an app's key to your account was used twice."), is_own=False
    ),
    "credentials_changed": Sentence(
        _("Signed out, because your password, number, e-mail or second factor changed."), is_own=False
    ),
    "deactivated": Sentence(_("Signed out, because the account was closed."), is_own=False),
    "expired": Sentence(_("A sign-in ended, because it was too old."), is_own=False),
    OPERATOR: Sentence(_("Signed out by an operator."), is_own=False),
}
BY_THE_PERSON = "by the person"
BY_OPERATOR: "Mapping[str, Text]" = {
    "person.deactivated": _("An operator closed the account."),
    "person.reactivated": _("An operator opened the account again."),
}

SENTENCES: Mapping[str, Sentence] = {
    "app.authorized": Sentence(_("You allowed an app to use your account.")),
    "backup_code.used": Sentence(_("A backup code was used.")),
    "backup_codes.made": Sentence(_("You made new backup codes.")),
    "consent.declined": Sentence(_("You denied an app what it asked for.")),
    "consent.lowered": Sentence(_("You allowed an app less than before.")),
    "consent.withdrawn": Sentence(_("The access of an app was taken back."), is_own=False),
    "device.approved": Sentence(_("You connected a device by its code.")),
    "device.new": Sentence(_("A device that was not known before was used.")),
    "device.renamed": Sentence(_("You gave a device another name.")),
    "email.change_undone": Sentence(_("A change of your e-mail address was taken back."), is_own=False),
    "email.changed": Sentence(_("Your e-mail address was changed.")),
    "email.verified": Sentence(_("Your e-mail address was verified.")),
    "factor.added": Sentence(_("A second factor was added.")),
    "factor.refused": Sentence(_("A second factor was tried in vain.")),
    "factor.removed": Sentence(_("A second factor was removed.")),
    "factor.renamed": Sentence(_("You gave a second factor another name.")),
    "factor.reset": Sentence(_("An operator removed all your second factors."), is_own=False),
    "login.failed": Sentence(_("Somebody tried to sign in, and was refused.")),
    "passkey.suspended": Sentence(_("A passkey was suspended: there may be a copy of it.")),
    "password.change_required": Sentence(_("An operator asks you for a new password."), is_own=False),
    "password.changed": Sentence(
        _("Your password was changed."),
        by_reason={OPERATOR: Sentence(_("An operator set a new password."), is_own=False)},
    ),
    "person.deactivated": Sentence(
        _("The account was closed."),
        is_own=False,
        by_reason={BY_THE_PERSON: Sentence(_("You closed your account."))},
    ),
    "person.exported": Sentence(_("Everything that is held on you was downloaded.")),
    "person.profile_changed": Sentence(_("Your profile was changed.")),
    "person.reactivated": Sentence(
        _("The account was opened again."),
        is_own=False,
        by_reason={BY_THE_PERSON: Sentence(_("You opened your account again."))},
    ),
    "person.signed_up": Sentence(_("You made your account.")),
    "phone.change_undone": Sentence(_("A change of your number was taken back."), is_own=False),
    "phone.changed": Sentence(_("Your number was changed.")),
    "phone.first_proven": Sentence(_("Your number was proven for the first time.")),
    "refresh.reused": Sentence(_("An app's key to your account was used twice, and was taken away.")),
    "session.ended": Sentence(_("Signed out."), is_own=False, by_reason=ENDED),
    "session.reported": Sentence(_("You said that a sign-in was not yours.")),
    "session.started": Sentence(_("Signed in.")),
    "session.stepped_up": Sentence(_("Signed in again, or proved more.")),
    "social.linked": Sentence(_("A sign-in of another service was connected.")),
    "social.unlinked": Sentence(_("A sign-in of another service was disconnected.")),
}
