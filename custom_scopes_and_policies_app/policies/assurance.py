"""How much assurance is wanted for what is given: the app's demand, each scope's and each chosen level's."""

from collections.abc import Iterable, Mapping

from custom_scopes_and_policies_app.models import Application, Scope
from custom_scopes_and_policies_app.scopes import CatalogueEntry, catalogue
from sessions_app.assurance import AAL2, LADDER


def required_acr(*, client: Application, granted: Mapping[str, str], asked: Iterable[str] = ()) -> str:
    """The highest assurance that anything insists on; "" when nothing does.

    `granted` maps scopes to their levels ("" where a scope has none); `asked` are scopes that are still undecided,
    whose levels are not known yet.
    """
    entries = catalogue()
    wanted = {str(client.required_acr)}
    for name in (*granted, *asked):
        if entry := entries.get(name):
            wanted.add(_acr_of_scope(entry))
            if name in granted:
                wanted.add(_acr_of_level(entry, granted[name]))
    return highest(wanted)


def scope_acr(name: str) -> str:
    """What a scope insists on, whatever its level: its own demand, and a second factor where it is approved by one."""
    entry = catalogue().get(name)
    return _acr_of_scope(entry) if entry is not None else ""


def level_acr(name: str, value: str) -> str:
    """What a level insists on. A level that is gone counts as the lowest one, as everywhere."""
    entry = catalogue().get(name)
    return _acr_of_level(entry, value) if entry is not None else ""


def _acr_of_scope(entry: CatalogueEntry) -> str:
    own = entry.scope.required_acr
    return highest((own, AAL2)) if entry.scope.approval == Scope.Approval.STEP_UP else own


def _acr_of_level(entry: CatalogueEntry, value: str) -> str:
    level = entry.level_or_lowest(value) if entry.levels else None
    return level.required_acr if level is not None else ""


def highest(wanted: Iterable[str]) -> str:
    """The highest of some demands. One that the ladder does not know is above all: it is never satisfied."""
    known = {acr for acr in wanted if acr}
    if not known:
        return ""
    return max(known, key=lambda acr: LADDER.index(acr) if acr in LADDER else len(LADDER))
