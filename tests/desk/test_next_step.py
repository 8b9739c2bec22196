"""The table of the flow: what a request, a session and a consent lead to. Each row is a sentence of the standard."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_scopes_and_policies_app.authorize import (
    AskConsent,
    Facts,
    Issue,
    Login,
    Refuse,
    SessionFacts,
    Step,
    StepUp,
    next_step,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ASKED = NOW - timedelta(seconds=30)
EARLIER = SessionFacts(auth_time=NOW - timedelta(hours=1), acr="aal1")
SINCE = SessionFacts(auth_time=NOW - timedelta(seconds=10), acr="aal1")
STRONG = SessionFacts(auth_time=NOW - timedelta(hours=1), acr="aal2")


def facts(**changes: Any) -> Facts:
    settled: dict[str, Any] = {
        "now": NOW, "requested_at": ASKED, "session": EARLIER, "is_consent_needed": False,
    }  # fmt: skip
    prompts = frozenset(str(changes.pop("prompt", "")).split())
    return Facts(**{**settled, "prompts": prompts, **changes})


TABLE: list[tuple[str, dict[str, Any], Step]] = [
    # nobody is signed in
    ("a stranger signs in", {"session": None}, Login()),
    ("a stranger cannot be asked silently", {"session": None, "prompt": "none"}, Refuse("login_required")),
    ("a stranger may be sent to sign-up", {"session": None, "prompt": "create"}, Login(creates=True)),
    ("a stranger chooses an account", {"session": None, "prompt": "select_account"}, Login(selects=True)),
    # somebody is signed in, everything is settled
    ("a settled request gets its code", {}, Issue()),
    ("a settled request gets its code silently", {"prompt": "none"}, Issue()),
    # fresh authentication
    ("prompt=login asks again", {"prompt": "login"}, Login()),
    ("prompt=login is satisfied by a proof made since", {"prompt": "login", "session": SINCE}, Issue()),
    ("max_age asks again when too old", {"max_age": 60}, Login()),
    ("max_age lets a young session pass", {"max_age": 7200}, Issue()),
    ("max_age=0 asks again", {"max_age": 0}, Login()),
    ("max_age=0 is satisfied by a proof made since", {"max_age": 0, "session": SINCE}, Issue()),
    ("too old cannot be mended silently", {"max_age": 60, "prompt": "none"}, Refuse("login_required")),
    # which account
    ("another person than the hinted one signs in", {"is_hinted_person": False}, Login()),
    (
        "the hinted person cannot be fetched silently",
        {"is_hinted_person": False, "prompt": "none"},
        Refuse("login_required"),
    ),
    (
        "another person who signs in instead of the hinted one is not asked again",
        {"is_hinted_person": False, "session": SINCE},
        Refuse("login_required", "another_person_than_hinted"),
    ),
    ("select_account offers a choice", {"prompt": "select_account"}, Login(selects=True)),
    (
        "select_account is satisfied by the choice",
        {"prompt": "select_account", "is_account_selected": True},
        Issue(),
    ),
    (
        "select_account is satisfied by a new sign-in",
        {"prompt": "select_account", "session": SINCE},
        Issue(),
    ),
    ("create is satisfied by a sign-up", {"prompt": "create", "session": SINCE}, Issue()),
    # assurance
    ("a second factor is asked for", {"required_acr": "aal2"}, StepUp("aal2")),
    ("a proven second factor is enough", {"required_acr": "aal2", "session": STRONG}, Issue()),
    (
        "a second factor cannot be asked for silently",
        {"required_acr": "aal2", "prompt": "none"},
        Refuse("interaction_required", "step_up_needed"),
    ),
    (
        "more proof that an app would like is asked for",
        {"wished_acr": "aal2"},
        StepUp("aal2", is_wish=True),
    ),
    ("what an app would like may be there already", {"wished_acr": "aal2", "session": STRONG}, Issue()),
    (
        "what an app insists on comes before what it would like",
        {"required_acr": "aal2", "wished_acr": "aal2"},
        StepUp("aal2"),
    ),
    ("an unknown assurance is never reached", {"required_acr": "aal9"}, StepUp("aal9")),
    # consent
    ("consent is asked for", {"is_consent_needed": True}, AskConsent()),
    (
        "consent cannot be asked silently",
        {"is_consent_needed": True, "prompt": "none"},
        Refuse("consent_required"),
    ),
    ("prompt=consent asks although it was given", {"prompt": "consent"}, AskConsent()),
    (
        "prompt=consent is satisfied by this request's answer",
        {"prompt": "consent", "is_consent_asked_now": True},
        Issue(),
    ),
    # the account gate
    (
        "a shut account is refused",
        {"refusal": "account_inactive"},
        Refuse("access_denied", "account_inactive"),
    ),
    (
        "a shut account is refused before consent is asked",
        {"refusal": "account_inactive", "is_consent_needed": True},
        Refuse("access_denied", "account_inactive"),
    ),
    # in this order
    (
        "login comes before step-up and consent",
        {"session": None, "required_acr": "aal2", "is_consent_needed": True},
        Login(),
    ),
    (
        "step-up comes before consent",
        {"required_acr": "aal2", "is_consent_needed": True},
        StepUp("aal2"),
    ),
]


@pytest.mark.requirement("A11")
@pytest.mark.parametrize(("sentence", "changes", "step"), TABLE, ids=[row[0] for row in TABLE])
def test_the_hub_decides(sentence: str, changes: dict[str, Any], step: Step) -> None:
    assert next_step(facts(**dict(changes))) == step


@pytest.mark.requirement("A11")
@given(
    has_session=st.booleans(),
    age=st.integers(0, 100_000),
    max_age=st.none() | st.integers(0, 100_000),
    acr=st.sampled_from(["aal1", "aal2"]),
    required=st.sampled_from(["", "aal1", "aal2", "odd"]),
    is_consent_needed=st.booleans(),
    is_hinted_person=st.booleans(),
)
def test_a_silent_request_never_leads_to_a_page(
    has_session: bool,
    age: int,
    max_age: int | None,
    acr: str,
    required: str,
    is_consent_needed: bool,
    is_hinted_person: bool,
) -> None:
    session = SessionFacts(NOW - timedelta(seconds=age), acr) if has_session else None
    step = next_step(
        facts(
            prompt="none",
            session=session,
            max_age=max_age,
            required_acr=required,
            is_consent_needed=is_consent_needed,
            is_hinted_person=is_hinted_person,
        )
    )
    assert isinstance(step, Issue | Refuse)
