"""Login steps after the first proof (second factors, new terms): plugged in by dotted path, never known by name."""

from functools import lru_cache
from typing import Protocol

from django.http import HttpRequest
from django.utils.module_loading import import_string

from sessions_app.conf import conf
from sessions_app.pending import PendingLogin


class LoginStep(Protocol):
    """One step. It is asked whether it is needed, and where its page is; it ends by calling `login.prove` again.

    `name` tells apps that show their own pages which step is due.
    """

    name: str

    def is_needed(self, request: HttpRequest | None, pending: PendingLogin) -> bool:
        """Whether this person has to pass the step before being logged in. No request: an app asks by JSON."""

    def url(self, pending: PendingLogin) -> str:
        """Path of the page that asks for the proof; the pending login's id is in it."""


def next_step(request: HttpRequest | None, pending: PendingLogin) -> LoginStep | None:
    """The first step that still wants a proof; None when the login is complete."""
    for step in _steps(tuple(conf.LOGIN_STEPS)):
        if step.is_needed(request, pending):
            return step
    return None


@lru_cache(maxsize=4)
def _steps(paths: tuple[str, ...]) -> tuple[LoginStep, ...]:
    return tuple(import_string(path)() for path in paths)
