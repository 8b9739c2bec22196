"""Changing a duty: what settings and operators may say of it, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from obligations_app.duties.choices import Audience, Channels, Per
from obligations_app.duties.duty import Duty, Throttle
from obligations_app.duties.table import BY_NAME

ON, OFF = "on", "off"
MOST = 1000


class ImpossibleDuty(ValueError):
    """This cannot be done; `problem` says why, in words for operators."""

    def __init__(self, problem: str | Promise) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from the table; None: as there."""

    is_on: bool | None = None
    channels: Channels | None = None
    throttle: Throttle | None = None

    def of(self, duty: Duty) -> Duty:
        """The duty with this change."""
        return replace(
            duty,
            is_on=duty.is_on if self.is_on is None else self.is_on,
            channels=self.channels or duty.channels,
            throttle=self.throttle or duty.throttle,
        )


def duty_named(name: str) -> Duty:
    """`device.new/person`, or `device.new` for the person. Raises ImpossibleDuty."""
    full = name if "/" in name else f"{name}/{Audience.PERSON.value}"
    duty = BY_NAME.get(full)
    if duty is None:
        raise ImpossibleDuty(_("There is no duty “%(name)s”; docs/events.md lists them.") % {"name": full})
    return duty


def require_possible(duty: Duty, change: Change) -> None:
    """Raises ImpossibleDuty for a change that could not be carried out or that nobody may make."""
    if duty.told_by:
        raise ImpossibleDuty(
            _("This is told by the room that does it, with a link that undoes it: it cannot be changed.")
        )
    channels = change.channels or Channels.EMAIL
    if channels != Channels.EMAIL and duty.audience != Audience.PERSON:
        raise ImpossibleDuty(_("Only people get SMS: nobody else has a proven number here."))
    if channels != Channels.EMAIL and not _has_sms(duty.template):
        raise ImpossibleDuty(_("There are no words for an SMS about this event: choose e-mail."))
    if change.throttle and not 1 <= change.throttle.at_most <= MOST:
        raise ImpossibleDuty(
            _("Choose a number from 1 to %(most)d; switch it off to tell nobody.") % {"most": MOST}
        )


def parse_changes(text: str) -> Mapping[str, Change]:
    """`token.issued=off; session.reported/operators=email,3/day` as changes by name. Raises ImpossibleDuty."""
    changes: dict[str, Change] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, separator, words = part.partition("=")
        duty = duty_named(name.strip())
        if not separator or not words.strip():
            raise ImpossibleDuty(_("“%(part)s” is not event/audience=what") % {"part": part})
        change = _parse_words([word.strip() for word in words.split(",")])
        require_possible(duty, change)
        changes[duty.name] = change
    return changes


def _parse_words(words: list[str]) -> Change:
    is_on: bool | None = None
    channels: Channels | None = None
    throttle: Throttle | None = None
    for word in words:
        if word in {ON, OFF}:
            is_on = word == ON
        elif word in Channels.values:
            channels = Channels(word)
        else:
            throttle = _parse_throttle(word)
    # Whoever says how it is told wants it told.
    return Change(True if is_on is None else is_on, channels, throttle)


def _parse_throttle(word: str) -> Throttle:
    count, _slash, per = word.partition("/")
    if not (count.isascii() and count.isdecimal() and per in Per.values):
        raise ImpossibleDuty(
            _("“%(word)s” is none of on, off, %(channels)s, or a limit such as 3/hour or 1/day")
            % {"word": word, "channels": ", ".join(Channels.values)}
        )
    return Throttle(int(count), Per(per))


def _has_sms(template: str) -> bool:
    try:
        get_template(f"messages/{template}.sms.txt")
    except TemplateDoesNotExist:
        return False
    return True
