"""How much assurance is wanted for what is given: the app's demand, each scope's and each chosen level's."""

from collections.abc import Iterable, Mapping

from custom_scopes_and_policies_app.models import Application, Scope
from custom_scopes_and_policies_app.scopes import catalogue
from sessions_app.assurance import AAL2, LADDER


def required_acr(*, client: Application, granted: Mapping[str, str], asked: Iterable[str] = ()) -> str:
    """The highest assurance that anything insists on; "" when nothing does.

    `granted` maps scopes to their levels ("" where a scope has none); `asked` are scopes that are still undecided,
    whose levels are not known yet.
    """
    wanted = [str(client.required_acr), *(scope_acr(name) for name in (*granted, *asked))]
    wanted += [level_acr(name, value) for name, value in granted.items()]
    return highest(wanted)


def scope_acr(name: str) -> str:
    """What a scope insists on, whatever its level: its own demand, and a second factor where it is approved by one."""
    entry = catalogue().get(name)
    if entry is None:
        return ""
    by_rule = AAL2 if entry.scope.approval == Scope.Approval.STEP_UP else ""
    return highest([entry.scope.required_acr, by_rule])


def level_acr(name: str, value: str) -> str:
    """What a level insists on. A level that is gone counts as the lowest one, as everywhere."""
    entry = catalogue().get(name)
    level = entry.level_or_lowest(value) if entry is not None else None
    return level.required_acr if level is not None else ""


def highest(wanted: Iterable[str]) -> str:
    """The highest of some demands. One that the ladder does not know is above all: it is never satisfied."""
    known = {acr for acr in wanted if acr}
    if not known:
        return ""
    return max(known, key=lambda acr: LADDER.index(acr) if acr in LADDER else len(LADDER))
