"""Who takes part in a story, what a step is, and how its rows are compared with what was expected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from obligations_app.models import OAuthTokenLog
from tests.clients.conftest import Operator
from tests.oauth import PASSWORD, PHONE, OAuthBrowser

PERSON, OPERATOR, SOMEBODY_NEW, NOBODY = "person", "operator", "somebody new", ""
ADDRESS = "203.0.113.40"
# The fields that a row may have or not, in the words of docs/events.md.
FIELDS = {
    "about": "subject",
    "app": "client_id",
    "grant": "grant_type",
    "scopes": "scopes",
    "session": "sid",
    "token": "jti",
    "family": "family",
}


@dataclass
class Scene:
    """A person with a browser, apps, an API and an operator. `kept`: what a step leaves for the next."""

    person: User
    app: Application
    api: tuple[str, str]
    job: tuple[str, str]
    operator: Operator
    operator_id: int
    browser: OAuthBrowser
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def http(self) -> Client:
        """The person's browser."""
        return self.browser.client

    def sign_in(self, password: str = PASSWORD, phone: str = PHONE) -> Any:
        return self.browser.sign_in(phone, password)

    def is_who(self, user_id: int | None) -> str:
        """Whom a row is about."""
        known: Mapping[int | None, str] = {self.person.pk: PERSON, self.operator_id: OPERATOR, None: NOBODY}
        return known.get(user_id, SOMEBODY_NEW)


@dataclass(frozen=True)
class Row:
    """What one row says. `has` names its other fields that are filled in: all of them, and no more."""

    event: str
    who: str = PERSON
    has: str = ""
    reason: str = ""
    outcome: str = "success"
    # Nobody calls where the server itself does it.
    from_where: bool = True


@dataclass(frozen=True)
class Step:
    """`item`: what is told, in the words of the requirement."""

    item: str
    deed: Callable[[Scene], Any]
    rows: tuple[Row, ...]


def step(item: str, deed: Callable[[Scene], Any], *rows: Row) -> Step:
    """A step and its rows."""
    return Step(item, deed, rows)


def row_of(entry: OAuthTokenLog, scene: Scene) -> Row:
    """An entry of the record as the stories write it."""
    return Row(
        event=entry.event,
        who=scene.is_who(entry.user_id),
        has=" ".join(word for word, name in FIELDS.items() if getattr(entry, name)),
        reason=entry.reason,
        outcome=entry.outcome,
        from_where=bool(entry.ip),
    )
