"""What must be true of the settings before anybody is told of anything."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from obligations_app.conf import EACH, NEVER, ONCE, conf
from obligations_app.duties.changes import ImpossibleDuty
from obligations_app.duties.in_force import changed_by_settings

BAD_DUTIES = "obligations_app.E001"
BAD_TOKEN_NOTICE = "obligations_app.E002"  # noqa: S105  a check's id
BAD_LIMIT = "obligations_app.E003"
FIGURES = ("NOTICES_PER_PERSON_DAY", "NOTICES_PER_EVENT_HOUR", "NOTICES_PER_HOUR")


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for duties that cannot be carried out and limits that would silence everything."""
    return [*_duties(), *_token_notice(), *_limits()]


def _duties() -> Iterable[CheckMessage]:
    try:
        changed_by_settings()
    except ImpossibleDuty as error:
        yield Error(f"DUTIES: {error}", hint="docs/notices.md shows how it is written.", id=BAD_DUTIES)


def _token_notice() -> Iterable[CheckMessage]:
    if conf.TOKEN_NOTICE not in {NEVER, ONCE, EACH}:
        yield Error(
            f"TOKEN_NOTICE is {conf.TOKEN_NOTICE!r}.",
            hint=f"Choose {NEVER}, {ONCE} or {EACH}.",
            id=BAD_TOKEN_NOTICE,
        )


def _limits() -> Iterable[CheckMessage]:
    for name in FIGURES:
        if getattr(conf, name) <= 0:
            yield Error(
                f"{name} must be above zero.", hint="Switch duties off with DUTIES instead.", id=BAD_LIMIT
            )
