"""The rules, tried in every order: no clock, no database."""

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from otp_app import engine
from otp_app.codes import is_code, new_code
from otp_app.engine import Line, Policy

START = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = Policy(
    ttl=timedelta(seconds=120),
    max_attempts=3,
    lock=timedelta(hours=1),
    cooldowns=tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300)),
)


class OneLine(RuleBasedStateMachine):
    """Anybody does anything at any time; what must hold is written as invariants.

    Beside the line stands what a bystander would note: codes sent, tries compared, successes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.line = Line()
        self.now = START
        self.sent_at: list[datetime] = []
        self.compared_at: list[datetime] = []
        self.used: set[uuid.UUID | None] = set()
        self.waits: list[timedelta | None] = []

    def note_if_sent(self, after: Line) -> None:
        if after.generation > self.line.generation:
            self.sent_at.append(self.now)
        self.line = after

    @rule(seconds=st.one_of(st.integers(0, 130), st.integers(0, 4000)))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(browser=st.sampled_from(["mine", "yours"]))
    def ask(self, browser: str) -> None:
        fresh = uuid.uuid4()
        try:
            after = engine.begin(self.line, now=self.now, policy=POLICY, challenge_id=fresh, binding=browser)
        except engine.Refused as refusal:
            self.waits.append(refusal.retry_after)
            return
        assert after.binding == browser
        assert after.is_live(self.now)
        self.note_if_sent(after)

    @rule()
    def ask_again(self) -> None:
        try:
            after = engine.renew(self.line, now=self.now, policy=POLICY)
        except engine.Refused:
            return
        assert after.challenge_id == self.line.challenge_id not in self.used
        self.note_if_sent(after)

    @rule(is_right=st.booleans())
    def enter_a_code(self, is_right: bool) -> None:
        try:
            counted = engine.attempt(self.line, now=self.now, policy=POLICY)
        except engine.Refused:
            return
        assert self.line.challenge_id not in self.used
        self.compared_at.append(self.now)
        self.line = counted
        if is_right:
            self.line = engine.accept(counted, now=self.now)
            self.used.add(counted.challenge_id)
            self.compared_at.clear()

    @invariant()
    def no_more_tries_than_allowed(self) -> None:
        assert 0 <= self.line.attempts <= POLICY.max_attempts
        # However often somebody asked anew: within any hour without a success, three codes were looked at.
        recent = [moment for moment in self.compared_at if self.now - moment < POLICY.lock]
        assert len(recent) <= POLICY.max_attempts

    @invariant()
    def codes_are_never_sent_faster_than_the_first_pause(self) -> None:
        pauses = [later - earlier for earlier, later in zip(self.sent_at, self.sent_at[1:], strict=False)]
        assert all(pause >= POLICY.cooldowns[0] for pause in pauses)

    @invariant()
    def who_is_sent_away_is_told_for_how_long(self) -> None:
        assert all(wait is not None and wait > timedelta(0) for wait in self.waits)

    @invariant()
    def a_used_challenge_is_not_live(self) -> None:
        assert not (self.line.challenge_id in self.used and self.line.is_live(self.now))


OneLine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestOneLine = pytest.mark.requirement("G03", "G04", "G05", "G06")(OneLine.TestCase)


def sent(now: datetime = START) -> Line:
    return engine.begin(Line(), now=now, policy=POLICY, challenge_id=uuid.uuid4(), binding="mine")


@given(st.integers(0, 300))
def test_a_code_is_live_until_its_time_is_over(seconds: int) -> None:
    now = START + timedelta(seconds=seconds)
    assert sent().is_live(now) is (seconds < 120)


def test_a_line_that_never_sent_anything_accepts_nothing() -> None:
    with pytest.raises(engine.Expired):
        engine.attempt(Line(), now=START, policy=POLICY)
    with pytest.raises(engine.Expired):
        engine.renew(Line(), now=START, policy=POLICY)


def test_a_challenge_is_accepted_once() -> None:
    accepted = engine.accept(engine.attempt(sent(), now=START, policy=POLICY), now=START)
    with pytest.raises(engine.Expired):
        engine.accept(accepted, now=START)


def test_after_an_hour_of_quiet_the_pauses_start_anew() -> None:
    line, now = sent(), START
    for _ in range(4):
        now = engine.resend_at(line, POLICY, now)
        line = engine.renew(line, now=now, policy=POLICY)
    assert engine.resend_at(line, POLICY, now) - now == timedelta(seconds=300)
    now += POLICY.lock
    line = engine.renew(line, now=now, policy=POLICY)
    assert engine.resend_at(line, POLICY, now) - now == timedelta(seconds=30)


@pytest.mark.requirement("G01")
@given(st.sampled_from([6, 8]))
def test_a_code_has_the_form_of_a_code(digits: int) -> None:
    assert is_code(new_code(digits), digits)


@given(st.text(max_size=8))
def test_only_six_ascii_digits_have_the_form_of_a_code(text: str) -> None:
    assert is_code(text, 6) == (len(text) == 6 and all(character in "0123456789" for character in text))


@pytest.mark.requirement("G01")
def test_digits_are_spread_evenly() -> None:
    """χ² with 9 degrees of freedom, each place by itself; 33.7 is passed once in 10,000 runs of one place."""
    codes = [new_code(6) for _ in range(20_000)]
    for place in range(6):
        counts = Counter(code[place] for code in codes)
        expected = len(codes) / 10
        assert sum((counts[str(digit)] - expected) ** 2 / expected for digit in range(10)) < 50
