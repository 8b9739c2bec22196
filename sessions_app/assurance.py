"""The assurance ladder: which methods were proven (amr, RFC 8176) and what that is worth (acr).

Two kinds of factor make `aal2`; a hardware-bound key that verified its user counts as both (NIST SP 800-63B-4).
"""

from collections.abc import Iterable

AAL1 = "aal1"
AAL2 = "aal2"
LADDER = (AAL1, AAL2)
# The name that is added to the methods when they are of two kinds; no method by itself.
MULTI = "mfa"

# Signed in at another provider. RFC 8176 has no name for it; what was proven there is not known here, and it counts for
# the least that it can have been: something known.
FEDERATED = "fed"

KNOWLEDGE = frozenset({"pwd", "pin", FEDERATED})
POSSESSION = frozenset({"sms", "otp", "email", "hwk", "swk"})
BOTH = frozenset({"user"})


def acr_of(methods: Iterable[str]) -> str:
    """The level that a set of amr names reaches; "" for no proof at all."""
    proven = set(methods)
    if not proven:
        return ""
    kinds = bool(proven & KNOWLEDGE) + bool(proven & POSSESSION) + bool(proven & BOTH)
    return AAL2 if kinds > 1 else AAL1


def amr_of(methods: Iterable[str]) -> list[str]:
    """amr in a stable order, with "mfa" added when two kinds of factor were proven (RFC 8176 §2)."""
    proven = set(methods)
    return sorted(proven | {MULTI} if acr_of(proven) == AAL2 else proven)


def satisfies(acr: str, required: str) -> bool:
    """Whether `acr` is at least `required`. An unknown requirement is never satisfied."""
    if not required:
        return True
    return required in LADDER and acr in LADDER and LADDER.index(acr) >= LADDER.index(required)


def highest(*levels: str) -> str:
    """The highest of these levels, "" being none. An unknown one is above all, so that it is never satisfied."""
    return max(levels, key=_rank)


def _rank(acr: str) -> int:
    if not acr:
        return -1
    return LADDER.index(acr) if acr in LADDER else len(LADDER)
