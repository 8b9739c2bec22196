"""Which proofs a sign-in still lacks, decided from facts alone.

Two rules. Whoever has a second factor proves one, whatever way in they came; and what somebody insists on (an app, a
scope, the admin, a group) is reached. What has been proven already is not asked for again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mfa_app.kinds import AMR, VERIFIED_USER, Kind, best_proof
from sessions_app.assurance import acr_of, satisfies


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """What a person could prove. `enrolled` are the second factors they chose; `reserve` ways that need no choosing.

    The reserve (a code to the proven number or address) stands in only where two factors are insisted on and nothing
    was enrolled.
    """

    enrolled: frozenset[Kind] = frozenset()
    reserve: frozenset[Kind] = frozenset()
    has_backup_codes: bool = False
    has_password: bool = False


def is_missing(possible: Possible, proven: Iterable[str], required_acr: str) -> bool:
    """Whether another proof is needed. `proven` are amr names.

    Whoever signed in by all that they have, a code to the number that is their second factor, is not kept out.
    """
    methods = frozenset(proven)
    if not satisfies(acr_of(methods), required_acr):
        return True
    is_lacking = bool(possible.enrolled) and not _has_second(possible, methods)
    return is_lacking and bool(offered(possible, methods, required_acr))


def offered(possible: Possible, proven: Iterable[str], required_acr: str) -> list[Kind]:
    """What may be proven next, the best first; nothing when no proof would help."""
    methods = frozenset(proven)
    kinds = [kind for kind in Kind if kind in _available(possible) and not AMR[kind] & methods]
    if possible.enrolled and not _proves_factor(possible, methods):
        return [kind for kind in kinds if kind is not Kind.PASSWORD]
    return [kind for kind in kinds if _leads_on(kind, kinds, methods, required_acr)]


def _leads_on(kind: Kind, kinds: Sequence[Kind], methods: frozenset[str], required_acr: str) -> bool:
    """Whether this proof reaches what is required, alone or with one more that would not reach it without."""

    def reaches(*proofs: Kind) -> bool:
        return satisfies(acr_of(methods.union(*map(best_proof, proofs))), required_acr)

    return reaches(kind) or any(reaches(kind, other) and not reaches(other) for other in kinds)


def _available(possible: Possible) -> frozenset[Kind]:
    kinds = set(possible.enrolled or possible.reserve)
    if possible.enrolled and possible.has_backup_codes:
        kinds.add(Kind.BACKUP_CODE)
    if possible.has_password:
        kinds.add(Kind.PASSWORD)
    return frozenset(kinds)


def _has_second(possible: Possible, methods: frozenset[str]) -> bool:
    """A factor and something beside it. A key that has verified its user is both."""
    if VERIFIED_USER in methods:
        return True
    return _proves_factor(possible, methods) and len(methods) > 1


def _proves_factor(possible: Possible, methods: frozenset[str]) -> bool:
    kinds = {*possible.enrolled, Kind.BACKUP_CODE}
    return any(AMR[kind] & methods for kind in kinds)
