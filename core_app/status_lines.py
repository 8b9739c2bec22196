"""How safe an account is, in sentences that the rooms contribute to the first page of my account.

A room says them in its module `security_status`; taking the room out of the settings takes its lines away:

    # mfa_app/security_status.py
    def lines(person: User) -> list[StatusLine]:
        return [StatusLine(_("Second factor"), _("There is none."), is_good=False, url_name="mfa:security")]
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from core_app.contributions import modules


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLine:
    """One fact about an account. `is_good` is False where something should be done, None where it is just news.

    `url_name` is the page that mends or shows it, `action` the words of the link; lower positions come first.
    """

    name: str | Promise
    words: str | Promise
    is_good: bool | None
    url_name: str
    action: str | Promise
    position: int = 100

    @property
    def url(self) -> str:
        """The page's path."""
        return reverse(self.url_name)


def status_of(person: object) -> list[StatusLine]:
    """What every installed room says about this person, in order."""
    return sorted(_lines(person), key=lambda line: line.position)


def _lines(person: object) -> Iterator[StatusLine]:
    for module in modules("security_status"):
        yield from module.lines(person)
