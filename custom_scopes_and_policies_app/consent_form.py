"""The form of the consent page: which boxes and levels are shown, and what an answer to them means.

Used by the consent page and by the page where a person lowers what was allowed before.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core_app.errors import AppError
from custom_scopes_and_policies_app.coverage import default_level
from custom_scopes_and_policies_app.models import Consent, PolicyLevel
from custom_scopes_and_policies_app.scopes import CatalogueEntry, catalogue
from sessions_app.assurance import satisfies


class WrongAnswer(AppError):
    """The answer is not one that the page offered. The message is for the person, above the page shown again."""


@dataclass(frozen=True, slots=True)
class LevelChoice:
    """One level. `needs_step_up`: a second factor is asked for next; without `is_reachable` it cannot be chosen."""

    value: str
    label: str
    description: str
    selected: bool
    needs_step_up: bool = False
    is_reachable: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One scope on the page. `earlier_level` says how much of it was allowed before, "" where nobody can choose."""

    name: str
    label: str
    description: str
    required: bool
    required_reason: str
    checked: bool
    already_given: bool
    earlier_level: str
    levels: Sequence[LevelChoice]


@dataclass(frozen=True, slots=True)
class Answer:
    """Scope → level for what was allowed, required scopes included, and the names of what was not."""

    granted: dict[str, str]
    declined: tuple[str, ...]


def consent_rows(
    scopes: Sequence[str],
    *,
    consent: Consent | None,
    acr: str,
    is_assured: bool,
    posted: QueryDict | None = None,
) -> list[Row]:
    """The rows for a request. What was `posted` and refused is shown again as it was filled in.

    An app that is not surely itself is asked about as if nothing had been allowed before (RFC 8252 §8.6): what is
    shown as chosen is then the lowest level, whatever was chosen earlier.
    """
    earlier = consent.scopes if consent is not None else {}
    declined = consent.declined if consent is not None and is_assured else []
    chosen = earlier if is_assured else {}
    rows = []
    for name in scopes:
        entry = catalogue()[name]
        selected = _first_reachable(entry, str(chosen.get(name, "")), acr)
        is_checked = name not in declined
        if posted is not None:
            selected = posted.get(f"level-{name}") or selected
            is_checked = name in posted.getlist("scope")
        rows.append(
            _row(
                entry,
                checked=is_checked,
                earlier=earlier.get(name),
                choices=[_choice(level, selected=selected, acr=acr) for level in entry.levels],
            )
        )
    return rows


def lowering_rows(consent: Consent) -> list[Row]:
    """The rows for lowering a consent: what is allowed now, and what is less than that."""
    rows = []
    for name, entry in catalogue().items():
        if name not in consent.scopes:
            continue
        present = entry.level_or_lowest(consent.scopes[name])
        offered = [level for level in entry.levels if present is not None and level.rank <= present.rank]
        choices = [_choice(level, selected=present.value if present else "", acr=None) for level in offered]
        rows.append(_row(entry, checked=True, earlier=None, choices=choices))
    return rows


def read_answer(posted: QueryDict, scopes: Sequence[str], *, acr: str | None) -> Answer:
    """What the person decided. Raises WrongAnswer for a scope, level or assurance that was not offered.

    With `acr` None no level is too high to be reached: nothing is given that was not given before.
    """
    ticked = set(posted.getlist("scope"))
    levels = {name.removeprefix("level-") for name in posted if name.startswith("level-")}
    if (ticked | levels) - set(scopes):
        raise WrongAnswer(gettext_lazy("The page was changed. Choose again."))
    granted: dict[str, str] = {}
    for name in scopes:
        entry = catalogue()[name]
        if name in ticked or entry.scope.is_required:
            granted[name] = _chosen_level(entry, posted, acr)
    return Answer(granted, tuple(name for name in scopes if name not in granted))


def fingerprint(scopes: Sequence[str]) -> str:
    """What stands on the page in short: an operator's change meanwhile makes it another (K04)."""
    shown = [_substance(catalogue()[name]) for name in scopes]
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _substance(entry: CatalogueEntry) -> list[object]:
    scope = entry.scope
    levels = [
        [level.value, level.rank, level.label, level.description, level.claim_filter, level.limits]
        for level in entry.levels
    ]
    return [
        scope.name, scope.label, scope.description, scope.claims, scope.is_required, scope.text_version, levels,
    ]  # fmt: skip


def _chosen_level(entry: CatalogueEntry, posted: QueryDict, acr: str | None) -> str:
    values = posted.getlist(f"level-{entry.scope.name}")
    if len(values) > 1:
        raise WrongAnswer(gettext_lazy("The page was changed. Choose again."))
    if not entry.levels:
        return ""
    level = entry.level((values[0] if values else "") or default_level(entry))
    if level is None or (acr is not None and not _is_reachable(level, acr)):
        raise WrongAnswer(gettext_lazy("Choose one of the levels shown."))
    return level.value


def _row(entry: CatalogueEntry, *, checked: bool, earlier: str | None, choices: Sequence[LevelChoice]) -> Row:
    scope = entry.scope
    level = entry.level(earlier) if earlier else None
    return Row(
        name=scope.name,
        label=_in_words(scope.label),
        description=_in_words(scope.description),
        required=scope.is_required,
        required_reason=_in_words(scope.required_reason),
        checked=checked or scope.is_required,
        already_given=earlier is not None,
        earlier_level=_in_words(level.label) if level is not None else "",
        levels=choices,
    )


def _choice(level: PolicyLevel, *, selected: str, acr: str | None) -> LevelChoice:
    return LevelChoice(
        value=level.value,
        label=_in_words(level.label),
        description=_in_words(level.description),
        selected=level.value == selected,
        needs_step_up=acr is not None and not satisfies(acr, level.required_acr),
        is_reachable=acr is None or _is_reachable(level, acr),
    )


def _first_reachable(entry: CatalogueEntry, value: str, acr: str) -> str:
    """What is shown as chosen: the earlier choice while it can be had, else the lowest level."""
    level = entry.level(value)
    return value if level is not None and _is_reachable(level, acr) else default_level(entry)


def _is_reachable(level: PolicyLevel, acr: str) -> bool:
    """Whether this person can have the level: proven enough, or able to prove more next."""
    return bool(settings.STEP_UP_URL) or satisfies(acr, level.required_acr)


def _in_words(text: str) -> str:
    # The empty text is the header of a gettext catalogue.
    return _(text) if text else ""
