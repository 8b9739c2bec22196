"""The life of a key: published before it signs, verifying until its last token is dead, revoked in an emergency."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from pytest_django import Settings

from core_app import keyring
from custom_scopes_and_policies_app.clients import create_client
from jwt_app import keys
from jwt_app.errors import InvalidToken, UnknownKey, UnsuitableKey
from jwt_app.models import SigningKey
from jwt_app.rotation import revoke, rotate
from jwt_app.selectors import key_age
from jwt_app.signing import sign, verify
from jwt_app.tasks import run_rotation
from obligations_app.models import OAuthTokenLog

START = datetime(2030, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.requirement("feature:F07")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def first(clock: object, db: None) -> str:
    """The kid of an active key whose successor is published."""
    kid = keys.ensure_active_key(algorithm="ES256").kid
    rotate()
    return kid


def token_now(**more: Any) -> str:
    keys.forget_cached_keys()
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": "http://testserver", "aud": "a", "sub": "s", "iat": now, "exp": now + 900, **more}
    return sign(claims, typ="at+jwt", algorithm="ES256")


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def states() -> dict[str, str]:
    return dict(SigningKey.objects.values_list("kid", "state"))


def published() -> set[str]:
    keys.forget_cached_keys()
    return {jwk["kid"] for jwk in keys.jwks()["keys"]}


def upcoming() -> str:
    return SigningKey.objects.get(next_slot="ES256").kid


def names(steps: list[Any]) -> list[str]:
    return [step.name for step in steps]


def events() -> list[tuple[str, str]]:
    rows = OAuthTokenLog.objects.filter(event__startswith="key.").order_by("pk")
    return list(rows.values_list("event", "reason"))


def test_a_successor_is_published_at_once_and_signs_only_when_its_time_has_come(
    first: str, clock: time_machine.Traveller
) -> None:
    successor = upcoming()
    assert published() == {first, successor}
    for moment in (START + 2 * DAY, START + 90 * DAY - SECOND):
        clock.move_to(moment)
        assert rotate() == []
        assert kid_of(token_now()) == first
    clock.move_to(START + 90 * DAY)
    assert names(rotate()) == ["retired", "activated", "published"]
    assert kid_of(token_now()) == successor
    assert rotate() == []
    assert sorted(states().values()) == ["active", "next", "retired"]


@pytest.mark.requirement("D09")
def test_nobody_is_rushed_a_successor_that_clients_do_not_know_yet_does_not_sign(
    first: str, clock: time_machine.Traveller
) -> None:
    clock.move_to(START + DAY)
    assert rotate(at_once=True) == []
    assert kid_of(token_now()) == first
    clock.move_to(START + DAY + SECOND)
    assert names(rotate(at_once=True)) == ["retired", "activated", "published"]
    assert kid_of(token_now()) != first
    assert rotate(at_once=True) == []


@pytest.mark.requirement("D09")
def test_a_late_worker_still_publishes_ahead(db: None, clock: time_machine.Traveller) -> None:
    first = keys.ensure_active_key(algorithm="ES256").kid
    clock.move_to(START + 200 * DAY)
    assert names(rotate()) == ["published"]
    assert kid_of(token_now()) == first
    clock.move_to(START + 202 * DAY)
    assert names(rotate()) == ["retired", "activated", "published"]


@pytest.mark.requirement("D09")
def test_a_retired_key_verifies_until_the_longest_lived_token_is_dead(
    first: str, clock: time_machine.Traveller
) -> None:
    client, _ = create_client(name="Slow", client_id="slow", algorithm="ES256")
    client.access_token_lifetime = 3 * 86_400
    client.save()
    clock.move_to(START + 90 * DAY)
    token = token_now(exp=int((START + 93 * DAY).timestamp()))
    rotate()
    clock.move_to(START + 93 * DAY - SECOND)
    assert first in published()
    assert verify(token, typ="at+jwt")["sub"] == "s"
    clock.move_to(START + 93 * DAY + timedelta(minutes=5))
    assert first not in published()
    with pytest.raises(InvalidToken):
        verify(token, typ="at+jwt")


def test_an_expired_id_token_stays_readable_as_a_hint_after_its_key_left_the_jwks(
    first: str, clock: time_machine.Traveller
) -> None:
    clock.move_to(START + 90 * DAY)
    token = token_now()
    rotate()
    clock.move_to(START + 179 * DAY)
    assert first not in published()
    assert verify(token, typ="at+jwt", allow_expired=True)["sub"] == "s"
    with pytest.raises(InvalidToken):
        verify(token, typ="at+jwt")
    clock.move_to(START + 181 * DAY)
    keys.forget_cached_keys()
    with pytest.raises(InvalidToken):
        verify(token, typ="at+jwt", allow_expired=True)


@pytest.mark.requirement("D11")
def test_the_private_part_is_destroyed_when_a_key_stops_signing(
    first: str, clock: time_machine.Traveller
) -> None:
    token = token_now(exp=int((START + 90 * DAY).timestamp()) + 600)
    clock.move_to(START + 90 * DAY)
    rotate()
    row = SigningKey.objects.get(kid=first)
    assert row.private_sealed == ""
    assert verify(token, typ="at+jwt")["sub"] == "s"
    assert not isinstance(keys.verification_key(first), keys.LoadedKey)


@pytest.mark.requirement("D11")
@pytest.mark.parametrize("change", ["public_sealed", "algorithm", "kid"])
def test_a_retired_key_that_was_tampered_with_is_not_trusted(
    first: str, clock: time_machine.Traveller, change: str
) -> None:
    clock.move_to(START + 90 * DAY)
    rotate()
    foreign = keyring.seal("verification-key", b"-----BEGIN PUBLIC KEY-----", b"ES256 x")
    value = {"public_sealed": foreign, "algorithm": "RS256", "kid": "x"}[change]
    SigningKey.objects.filter(kid=first).update(**{change: value})
    assert not {first, "x"} & published()


@pytest.mark.requirement("D11")
def test_a_revoked_key_is_gone_at_once_and_its_successor_signs(first: str) -> None:
    token, successor = token_now(), upcoming()
    assert names(revoke(kid=first)) == ["revoked", "activated", "published"]
    assert first not in published()
    for hint in (False, True):
        with pytest.raises(InvalidToken):
            verify(token, typ="at+jwt", allow_expired=hint)
    assert kid_of(token_now()) == successor
    row = SigningKey.objects.get(kid=first)
    assert (row.state, row.private_sealed, row.public_sealed) == ("revoked", "", "")
    assert revoke(kid=first) == []


def test_a_revoked_next_key_is_replaced_and_the_active_one_stays(first: str) -> None:
    successor = upcoming()
    assert names(revoke(kid=successor)) == ["revoked", "published"]
    assert kid_of(token_now()) == first
    assert upcoming() != successor


def test_revoking_the_only_key_leaves_a_new_one_that_signs(db: None) -> None:
    only = keys.ensure_active_key(algorithm="ES256").kid
    assert names(revoke(kid=only)) == ["revoked", "activated", "published"]
    assert kid_of(token_now()) != only


def test_revoking_a_retired_key_touches_no_other(first: str, clock: time_machine.Traveller) -> None:
    clock.move_to(START + 90 * DAY)
    rotate()
    active = kid_of(token_now())
    assert names(revoke(kid=first)) == ["revoked"]
    assert kid_of(token_now()) == active


def test_an_unknown_key_cannot_be_revoked(first: str) -> None:
    before = states()
    with pytest.raises(UnknownKey):
        revoke(kid="unknown")
    assert states() == before


def test_every_step_is_in_the_record(first: str, clock: time_machine.Traveller) -> None:
    assert events() == [("key.activated", "first"), ("key.published", "due")]
    clock.move_to(START + 90 * DAY)
    rotate()
    revoke(kid=upcoming())
    assert events()[2:] == [
        ("key.retired", "due"),
        ("key.activated", "due"),
        ("key.published", "due"),
        ("key.revoked", "operator"),
        ("key.published", "operator"),
    ]
    subjects = OAuthTokenLog.objects.filter(event="key.retired").values_list("subject", flat=True)
    assert list(subjects) == [f"ES256 {first[:12]}"]


def test_each_algorithm_in_use_has_its_own_next_key(first: str) -> None:
    keys.ensure_active_key(algorithm="EdDSA")
    (step,) = rotate()
    assert (step.name, step.algorithm) == ("published", "EdDSA")
    with pytest.raises(UnsuitableKey):
        rotate(algorithm="RS256")


def test_the_worker_takes_the_steps_that_are_due(first: str, clock: time_machine.Traveller) -> None:
    assert run_rotation() == 0
    clock.move_to(START + 90 * DAY)
    assert run_rotation() == 3


def test_without_a_period_keys_are_only_replaced_by_hand(
    first: str, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.JWT_ROTATE_EVERY_DAYS = 0
    clock.move_to(START + 4000 * DAY)
    assert rotate() == []
    assert names(rotate(at_once=True)) == ["retired", "activated", "published"]


def test_the_age_of_keys_is_known(first: str, clock: time_machine.Traveller) -> None:
    clock.move_to(START + 3 * DAY)
    assert key_age() == {"ES256": 3 * 86_400}


def test_with_a_wrong_master_key_nothing_is_replaced(
    first: str, clock: time_machine.Traveller, settings: Settings
) -> None:
    SigningKey.objects.filter(kid=upcoming()).update(private_sealed="0000.AAAA")
    clock.move_to(START + 90 * DAY)
    before = states()
    with pytest.raises(UnsuitableKey, match="MASTER_KEYS"):
        rotate()
    assert states() == before
    assert kid_of(token_now()) == first
