"""The hub: what has to happen next before an app gets its code. One pure function, decided from stored facts.

Every step returns to the authorization endpoint, which asks again; no step knows which one comes after it.
`tests/desk/test_next_step.py` holds the table of every row and is the documentation of the flow.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions_app.assurance import satisfies


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the browser's live sign-in has proven."""

    auth_time: datetime
    acr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the decision depends on.

    `required_acr` must be reached, `wished_acr` is asked for once; `refusal` names the rule that refuses this account.
    """

    now: datetime
    requested_at: datetime
    session: SessionFacts | None
    prompts: frozenset[str] = frozenset()
    max_age: int | None = None
    required_acr: str = ""
    wished_acr: str = ""
    is_hinted_person: bool = True
    is_consent_needed: bool = True
    is_consent_asked_now: bool = False
    is_account_selected: bool = False
    refusal: str = ""
    refusal_error: str = "access_denied"


@dataclass(frozen=True, slots=True)
class Login:
    """Ask who it is. `creates` sends to sign-up; `selects` lets the person change to another account."""

    creates: bool = False
    selects: bool = False


@dataclass(frozen=True, slots=True)
class StepUp:
    """Ask the signed-in person for more proof. A wish may be declined and is not repeated (`acr_values`)."""

    acr: str
    is_wish: bool = False


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Show the consent page."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Give the code."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer the app with an error (OIDC Core §3.1.2.6)."""

    error: str
    reason: str = ""


Step = Login | StepUp | AskConsent | Issue | Refuse


def next_step(facts: Facts) -> Step:
    """What happens next. Under `prompt=none` whatever would need a page is an error instead (OIDC Core §3.1.2.1)."""
    step = _wanted(facts)
    return _without_page(step) if "none" in facts.prompts else step


def _wanted(facts: Facts) -> Step:
    if "create" in facts.prompts and not _is_proven_since_request(facts):
        return Login(creates=True)
    if "select_account" in facts.prompts and not (
        facts.is_account_selected or _is_proven_since_request(facts)
    ):
        return Login(selects=True)
    if not facts.is_hinted_person and _is_proven_since_request(facts):
        # Somebody has just signed in, and it is not who the app means: asking again would go on for ever.
        return Refuse("login_required", "another_person_than_hinted")
    if facts.session is None or not facts.is_hinted_person or not _is_fresh(facts, facts.session):
        return Login()
    if facts.refusal:
        return Refuse(facts.refusal_error, facts.refusal)
    if not satisfies(facts.session.acr, facts.required_acr):
        return StepUp(facts.required_acr)
    if not satisfies(facts.session.acr, facts.wished_acr):
        return StepUp(facts.wished_acr, is_wish=True)
    if facts.is_consent_needed or ("consent" in facts.prompts and not facts.is_consent_asked_now):
        return AskConsent()
    return Issue()


def _is_fresh(facts: Facts, session: SessionFacts) -> bool:
    """`prompt=login` and `max_age` look at this session's `auth_time`, not at the person's last login anywhere."""
    if "login" in facts.prompts and session.auth_time < facts.requested_at:
        return False
    if facts.max_age is None or session.auth_time >= facts.requested_at:
        return True
    return facts.now - session.auth_time <= timedelta(seconds=facts.max_age)


def _is_proven_since_request(facts: Facts) -> bool:
    return facts.session is not None and facts.session.auth_time >= facts.requested_at


def _without_page(step: Step) -> Step:
    if isinstance(step, Login):
        return Refuse("account_selection_required" if step.selects else "login_required")
    if isinstance(step, StepUp):
        return Refuse("interaction_required", "step_up_needed")
    if isinstance(step, AskConsent):
        return Refuse("consent_required")
    return step
