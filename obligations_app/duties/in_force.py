"""The table as it is in force: the defaults, then the settings, then what operators changed, newest within a second."""

import time
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock

from obligations_app.conf import NEVER, conf
from obligations_app.duties.changes import Change, parse_changes
from obligations_app.duties.duty import Duty
from obligations_app.duties.models import DutyRule
from obligations_app.duties.table import TABLE

CACHE_SECONDS = 1.0
TOKEN_ISSUED = "token.issued/person"  # noqa: S105  the duty's name

_lock = Lock()
_known: tuple[float, Mapping[str, Change]] = (0.0, {})


def duties_of(event: str) -> tuple[Duty, ...]:
    """The duties of an event that are switched on and that this room carries out."""
    return tuple(duty for duty in _in_force().get(event, ()) if duty.is_on and not duty.told_by)


def all_duties() -> tuple[Duty, ...]:
    """Every row, with what was changed, in the table's order."""
    return tuple(duty for duties in _in_force().values() for duty in duties)


def changed_by_settings() -> Mapping[str, Change]:
    """What the settings say, by the duty's name. Raises ImpossibleDuty."""
    changes = dict(parse_changes(conf.DUTIES))
    if conf.TOKEN_NOTICE == NEVER:
        changes[TOKEN_ISSUED] = Change(is_on=False)
    return changes


def forget_rules() -> None:
    """Drop this process's copy: a rule was changed here, or a test starts."""
    global _known
    with _lock:
        _known = (0.0, {})


def _in_force() -> Mapping[str, tuple[Duty, ...]]:
    return _merge(conf.DUTIES, conf.TOKEN_NOTICE, tuple(_rules().items()))


@lru_cache(maxsize=8)
def _merge(
    settings: str, token_notice: str, rules: tuple[tuple[str, Change], ...]
) -> Mapping[str, tuple[Duty, ...]]:
    """By event. The first two arguments are what `changed_by_settings` reads: the cache's key."""
    by_settings, by_operators = changed_by_settings(), dict(rules)
    merged: defaultdict[str, tuple[Duty, ...]] = defaultdict(tuple)
    for duty in TABLE:
        usual = by_settings.get(duty.name, Change()).of(duty)
        merged[duty.event] += (by_operators.get(duty.name, Change()).of(usual),)
    return dict(merged)


def _rules() -> Mapping[str, Change]:
    global _known
    fresh_until, rules = _known
    if fresh_until > time.monotonic():
        return rules
    rules = {rule.name: rule.change for rule in DutyRule.objects.all()}
    with _lock:
        _known = (time.monotonic() + CACHE_SECONDS, rules)
    return rules
