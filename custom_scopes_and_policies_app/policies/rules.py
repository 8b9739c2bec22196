"""The rules of who may receive tokens, in the order they are asked. The first refusal counts.

One function a rule. `reason` is a stable word for the operator's record; the app learns only `error`, and that only
at the authorization endpoint: every refusal at the token endpoint is `invalid_grant` there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sessions_app.assurance import satisfies


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFacts:
    """What the rules look at. Empty sets of allowed countries and groups mean that the app does not limit them.

    `country` is the two-letter region of the person's number, "" without one. `acr` is what was proven for these
    tokens, `required_acr` what app, scopes and levels insist on.
    """

    is_client_enabled: bool = True
    is_about_person: bool = True
    is_account_active: bool = True
    must_change_password: bool = False
    has_session_ended: bool = False
    has_session_expired: bool = False
    country: str = ""
    allowed_countries: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    allowed_groups: frozenset[int] = frozenset()
    scopes: frozenset[str] = frozenset()
    allowed_scopes: frozenset[str] = frozenset()
    acr: str = ""
    required_acr: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A refusal with its reason and its OAuth error (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6), or `OPEN`."""

    reason: str = ""
    error: str = ""

    @property
    def is_open(self) -> bool:
        return not self.reason


OPEN = Decision()
Rule = Callable[[PolicyFacts], Decision]


def app_is_enabled(facts: PolicyFacts) -> Decision:
    """An operator can switch an app off."""
    return OPEN if facts.is_client_enabled else Decision("client_disabled", "unauthorized_client")


def account_is_active(facts: PolicyFacts) -> Decision:
    """A shut or deactivated account gets nothing."""
    return OPEN if facts.is_account_active else Decision("account_inactive", "access_denied")


def password_is_settled(facts: PolicyFacts) -> Decision:
    """Whoever has to change the password does that first."""
    return Decision("password_change_required", "access_denied") if facts.must_change_password else OPEN


def session_is_live(facts: PolicyFacts) -> Decision:
    """Tokens live no longer than the sign-in they come from."""
    if facts.has_session_ended:
        return Decision("session_ended", "login_required")
    return Decision("session_expired", "login_required") if facts.has_session_expired else OPEN


def country_is_allowed(facts: PolicyFacts) -> Decision:
    """An app may be for some countries only. Nobody knows the country of a person without a number: refused."""
    is_allowed = not facts.allowed_countries or facts.country in facts.allowed_countries
    return OPEN if is_allowed else Decision("country_not_allowed", "access_denied")


def group_is_allowed(facts: PolicyFacts) -> Decision:
    """An app may be for some groups only; being in one of them is enough."""
    is_allowed = not facts.allowed_groups or bool(facts.groups & facts.allowed_groups)
    return OPEN if is_allowed else Decision("group_not_allowed", "access_denied")


def scopes_are_allowed(facts: PolicyFacts) -> Decision:
    """What an operator took from the app since is not given any more."""
    return OPEN if facts.scopes <= facts.allowed_scopes else Decision("scope_not_allowed", "invalid_scope")


def assurance_is_enough(facts: PolicyFacts) -> Decision:
    """What was proven for these tokens is what app, scopes and levels want (RFC 9470)."""
    if satisfies(facts.acr, facts.required_acr):
        return OPEN
    return Decision("assurance_too_low", "unmet_authentication_requirements")


APP_RULES: tuple[Rule, ...] = (app_is_enabled, scopes_are_allowed)
RULES: tuple[Rule, ...] = (
    *APP_RULES,
    account_is_active,
    password_is_settled,
    session_is_live,
    country_is_allowed,
    group_is_allowed,
    assurance_is_enough,
)


def first_refusal(facts: PolicyFacts) -> Decision:
    """The decision of the first rule that refuses, else `OPEN`. An app acting for itself has no person to ask about."""
    rules = RULES if facts.is_about_person else APP_RULES
    for rule in rules:
        decision = rule(facts)
        if decision.reason:
            return decision
    return OPEN
