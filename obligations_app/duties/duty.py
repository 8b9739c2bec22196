"""One row of the table of duties."""

from dataclasses import dataclass

from obligations_app.duties.choices import Audience, Channels, Per


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most so many notices of this event to one recipient. What is over it is dropped; the record has it all."""

    at_most: int
    per: Per

    def __str__(self) -> str:
        return f"{self.at_most}/{self.per.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Tell this audience of this event, in the words of `templates/messages/<template>.*`.

    `once_per` names the field of the entry that one notice is enough for; "use" is the same person, app and device.
    `except_for` are entries that are no news, by their reason. With `told_by` a room tells it itself, because the
    notice needs what an event must not carry; then the row is here to be read and cannot be changed.
    """

    event: str
    audience: Audience = Audience.PERSON
    template: str
    channels: Channels = Channels.EMAIL
    once_per: str = "pk"
    throttle: Throttle = Throttle(5, Per.HOUR)
    except_for: frozenset[str] = frozenset()
    is_on: bool = True
    told_by: str = ""

    @property
    def name(self) -> str:
        """How it is written in settings, events and the admin: `device.new/person`."""
        return f"{self.event}/{self.audience.value}"

    @property
    def in_words(self) -> str:
        """The part of it that can be changed, as `DUTIES` spells it."""
        return f"{self.channels.value},{self.throttle}" if self.is_on else "off"
