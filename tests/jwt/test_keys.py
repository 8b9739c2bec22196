"""The key ring: one active key, sealed at rest, read at most once a period; only public parts leave."""

import json
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from jwt_app import keys
from jwt_app.algorithms import ALGORITHMS, public_jwk, thumbprint, write_pem
from jwt_app.errors import NoActiveKey, UnsuitableKey
from jwt_app.models import SigningKey
from jwt_app.signing import InvalidToken, sign, verify

Ring = dict[str, keys.LoadedKey]
AddKey = Callable[..., str]
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
RFC7638_EXAMPLE = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX"
    "jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgn"
    "Yb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1"
    "jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
}


@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
def test_a_generated_key_is_active_and_sealed(db: None, algorithm: str) -> None:
    key = keys.ensure_active_key(algorithm=algorithm)
    row = SigningKey.objects.get()
    assert (row.kid, row.algorithm, row.state, row.active_slot) == (key.kid, algorithm, "active", algorithm)
    assert "PRIVATE" not in row.private_sealed
    assert not PRIVATE_MEMBERS & row.public_jwk.keys()
    assert repr(key) == f"LoadedKey(kid={key.kid!r}, algorithm={algorithm!r})"


@pytest.mark.requirement("D11")
def test_the_pem_appears_in_no_column(ring: Ring, pems: dict[str, bytes]) -> None:
    body = pems["RS256"].decode().splitlines()[1]
    for row in SigningKey.objects.values():
        assert body not in json.dumps(row, default=str)


def test_ensure_keeps_the_key_it_finds(db: None, pems: dict[str, bytes]) -> None:
    first = keys.ensure_active_key(algorithm="ES256")
    assert keys.ensure_active_key(algorithm="ES256", pem=pems["ES256"]).kid == first.kid
    assert SigningKey.objects.count() == 1


def test_the_kid_is_the_thumbprint_of_rfc_7638() -> None:
    assert thumbprint(RFC7638_EXAMPLE) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def _pem_of_short_rsa() -> bytes:
    return write_pem(rsa.generate_private_key(65537, 1024))  # noqa: S505  (weak on purpose)


def _pem_of_p384() -> bytes:
    return write_pem(ec.generate_private_key(ec.SECP384R1()))


def _pem_with_passphrase() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    encryption = serialization.BestAvailableEncryption(b"secret")
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


@pytest.mark.requirement("D11")
@pytest.mark.parametrize(
    ("algorithm", "make"),
    [
        ("RS256", _pem_of_short_rsa),
        ("RS256", _pem_of_p384),
        ("ES256", _pem_of_p384),
        ("ES256", _pem_with_passphrase),
        ("EdDSA", _pem_of_p384),
        ("RS256", lambda: b"not a key"),
        ("HS256", lambda: b"secret"),
        ("none", lambda: b"secret"),
    ],
)
def test_an_unsuitable_key_is_refused_with_a_reason(db: None, algorithm: str, make: Any) -> None:
    with pytest.raises(UnsuitableKey) as caught:
        keys.ensure_active_key(algorithm=algorithm, pem=make())
    assert str(caught.value)
    assert not SigningKey.objects.exists()


def test_a_retired_key_cannot_come_back_by_import(ring: Ring, pems: dict[str, bytes]) -> None:
    SigningKey.objects.filter(algorithm="ES256").update(state="retired", active_slot=None)
    with pytest.raises(UnsuitableKey):
        keys.ensure_active_key(algorithm="ES256", pem=pems["ES256"])


def test_the_database_holds_one_active_key_per_algorithm(ring: Ring) -> None:
    row = SigningKey.objects.get(algorithm="ES256")
    row.pk, row.kid = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    row.active_slot = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    assert SigningKey.objects.filter(algorithm="ES256").count() == 1


@pytest.mark.requirement("R16")
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="the in-memory database is one connection")
def test_many_processes_starting_at_once_agree_on_one_key() -> None:
    barrier = threading.Barrier(8)
    seen: list[str] = []

    def start() -> None:
        barrier.wait(60)
        seen.append(keys.ensure_active_key(algorithm="ES256").kid)
        connections.close_all()

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert set(seen) == {SigningKey.objects.get().kid}


def test_the_loser_of_the_race_takes_the_winners_key(db: None, pems: dict[str, bytes]) -> None:
    winner = keys.ensure_active_key(algorithm="ES256", pem=pems["ES256"])
    loser = ALGORITHMS["ES256"].generate()
    keys._store_active(loser, "ES256")
    assert SigningKey.objects.get().kid == winner.kid


def test_without_a_key_signing_says_so(db: None) -> None:
    with pytest.raises(NoActiveKey) as caught:
        keys.active_key("RS256")
    assert caught.value.status == 503
    assert "RS256" in caught.value.detail


@pytest.mark.requirement("feature:F07", "D09")
def test_the_jwks_holds_next_active_and_still_verifying_keys(ring: Ring, add_key: AddKey) -> None:
    now = timezone.now()
    upcoming = add_key("EdDSA", "next")
    retired = add_key("EdDSA", "retired", now + timedelta(minutes=5))
    dead = add_key("EdDSA", "retired", now - timedelta(seconds=1))
    published = keys.jwks()["keys"]
    assert {jwk["kid"] for jwk in published} == {key.kid for key in ring.values()} | {upcoming, retired}
    assert keys.verification_key(dead) is None
    for jwk in published:
        assert jwk["use"] == "sig"
        assert {"kid", "kty", "use", "alg"} <= jwk.keys()
        assert not PRIVATE_MEMBERS & jwk.keys()


def test_our_tokens_verify_with_the_published_keys_alone(ring: Ring, claims: dict[str, Any]) -> None:
    published = jwt.PyJWKSet.from_dict(keys.jwks())
    for algorithm in ring:
        token = sign(claims, typ="at+jwt", algorithm=algorithm)
        key = published[jwt.get_unverified_header(token)["kid"]]
        assert jwt.decode(token, key, algorithms=[algorithm], audience=claims["aud"]) == claims


def test_a_retired_key_verifies_until_its_last_token_is_dead(ring: Ring, claims: dict[str, Any]) -> None:
    token = sign(claims, typ="at+jwt", algorithm="ES256")
    kid = ring["ES256"].kid
    until = timezone.now() + timedelta(seconds=100)
    SigningKey.objects.filter(kid=kid).update(state="retired", active_slot=None, verify_until=until)
    keys.forget_cached_keys()
    assert verify(token, typ="at+jwt") == claims
    with pytest.raises(NoActiveKey):
        sign(claims, typ="at+jwt", algorithm="ES256")
    # Within one snapshot, too: the ring is not read again in between.
    with time_machine.travel(until + timedelta(seconds=1)), pytest.raises(InvalidToken):
        verify(token, typ="at+jwt", allow_expired=True)


@pytest.mark.usefixtures("standing_still")
@pytest.mark.requirement("D10")
def test_a_thousand_unknown_kids_read_the_ring_once(ring: Ring, settings: Settings) -> None:
    keys.jwks()
    with CaptureQueriesContext(connection) as queries:
        assert [keys.verification_key(f"kid-{number}") for number in range(1000)] == [None] * 1000
        assert keys.verification_key(ring["RS256"].kid) is ring["RS256"]
    # One for the unknown kids, and at most one because the snapshot may turn a second old meanwhile.
    assert 1 <= len(queries) <= 2


def test_a_key_made_by_another_process_is_found_at_once(ring: Ring, add_key: AddKey) -> None:
    keys.jwks()
    kid = add_key("EdDSA", "next", forget=False)
    found = keys.verification_key(kid)
    assert found is not None
    assert found.kid == kid


@pytest.mark.usefixtures("standing_still")
def test_signing_reads_the_ring_once_and_parses_nothing(ring: Ring, claims: dict[str, Any]) -> None:
    sign(claims, typ="at+jwt")
    with CaptureQueriesContext(connection) as queries:
        for _ in range(20):
            sign(claims, typ="at+jwt")
    assert len(queries) <= 1
    assert keys.active_key("RS256").private is ring["RS256"].private


def test_a_rotation_reaches_the_process_without_restart(
    ring: Ring, add_key: AddKey, settings: Settings
) -> None:
    settings.JWT_KEY_CACHE_SECONDS = 0
    upcoming = add_key("ES256", "next", forget=False)
    SigningKey.objects.filter(active_slot="ES256").update(state="retired", active_slot=None)
    SigningKey.objects.filter(kid=upcoming).update(state="active", active_slot="ES256", next_slot=None)
    assert keys.active_key("ES256").kid == upcoming


@pytest.mark.requirement("D10")
def test_known_keys_go_on_verifying_while_the_database_is_away(
    ring: Ring, claims: dict[str, Any], settings: Settings
) -> None:
    token = sign(claims, typ="at+jwt")
    settings.JWT_KEY_CACHE_SECONDS = 0
    with connection.execute_wrapper(_database_is_away):
        assert verify(token, typ="at+jwt") == claims
        assert keys.verification_key("unknown") is None
        keys.forget_cached_keys()
        with pytest.raises(OperationalError):
            keys.jwks()


def _database_is_away(*args: Any) -> None:
    raise OperationalError("gone")


@pytest.mark.requirement("D11")
def test_a_key_that_this_server_did_not_seal_is_not_trusted(
    ring: Ring, add_key: AddKey, claims: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody who can write rows swaps the public part, or copies a sealed key to another kid."""
    foreign = ALGORITHMS["ES256"].generate()
    kid = ring["ES256"].kid
    jwk = public_jwk(foreign.public_key(), "ES256")
    SigningKey.objects.filter(kid=kid).update(public_jwk={**jwk, "kid": kid})
    copied = SigningKey.objects.get(kid=kid)
    copied.pk, copied.kid, copied.public_jwk = None, jwk["kid"], jwk
    copied.state, copied.active_slot, copied.next_slot = "next", None, "ES256"
    copied.save(force_insert=True)
    keys.forget_cached_keys()
    forged = jwt.encode(claims, foreign, "ES256", headers={"kid": kid, "typ": "at+jwt"})
    with pytest.raises(InvalidToken):
        verify(forged, typ="at+jwt")
    with caplog.at_level(logging.ERROR):
        assert jwk["kid"] not in {published["kid"] for published in keys.jwks()["keys"]}
    assert keys.active_key("ES256").kid == kid
