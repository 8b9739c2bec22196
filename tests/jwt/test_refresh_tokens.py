"""Derived refresh tokens: nobody makes one without the row's seed and the server's key."""

import base64
import uuid

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from core_app import keyring
from jwt_app import refresh_tokens
from jwt_app.errors import InvalidToken
from jwt_app.refresh_tokens import TOKEN_LENGTH, derive, is_genuine, parse

pytestmark = pytest.mark.requirement("feature:F03")

SEED = bytes(range(32))
FAMILY = uuid.UUID("0193b7a2-7a10-7cc4-9d2b-2f6f0a6d1c55")
FAMILIES = st.uuids()
GENERATIONS = st.integers(0, 2**32 - 1)
SEEDS = st.binary(min_size=16, max_size=32)
quick = hypothesis_settings(max_examples=200)


@quick
@given(family=FAMILIES, generation=GENERATIONS, seed=SEEDS)
def test_what_was_derived_is_read_back_and_genuine(family: uuid.UUID, generation: int, seed: bytes) -> None:
    text = derive(family=family, generation=generation, seed=seed)
    presented = parse(text)
    assert (presented.family, presented.generation) == (family, generation)
    assert presented.key_id == keyring.current_key_id()
    assert is_genuine(presented, seed=seed)
    assert derive(family=family, generation=generation, seed=seed) == text
    assert len(text) == TOKEN_LENGTH == 74


@quick
@given(one=st.tuples(FAMILIES, GENERATIONS, SEEDS), other=st.tuples(FAMILIES, GENERATIONS, SEEDS))
def test_two_different_facts_never_give_one_token(
    one: tuple[uuid.UUID, int, bytes], other: tuple[uuid.UUID, int, bytes]
) -> None:
    texts = {derive(family=family, generation=number, seed=seed) for family, number, seed in (one, other)}
    assert len(texts) == len({one, other})


@quick
@given(first=GENERATIONS, second=GENERATIONS)
def test_two_generations_are_never_equal(first: int, second: int) -> None:
    one, other = (derive(family=FAMILY, generation=number, seed=SEED) for number in (first, second))
    assert (one == other) == (first == second)
    assert (parse(one).tag == parse(other).tag) == (first == second)


@quick
@given(position=st.integers(0, TOKEN_LENGTH - 1), character=st.characters())
def test_any_changed_character_is_noticed(position: int, character: str) -> None:
    text = derive(family=FAMILY, generation=7, seed=SEED)
    if character != text[position]:
        assert not _passes(text[:position] + character + text[position + 1 :])


@quick
@given(position=st.integers(0, 54), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(position: int, flip: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(derive(family=FAMILY, generation=7, seed=SEED) + "=="))
    raw[position] ^= flip
    assert not _passes(base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode())


@quick
@given(seed=SEEDS)
def test_another_seed_does_not_make_it_genuine(seed: bytes) -> None:
    presented = parse(derive(family=FAMILY, generation=0, seed=SEED))
    assert is_genuine(presented, seed=seed) == (seed == SEED)


@quick
@given(text=st.text(max_size=120) | st.text(alphabet="ABCabc012-_", min_size=74, max_size=74))
def test_noise_is_invalid_token_or_not_genuine(text: str) -> None:
    assert not _passes(text)


def test_every_other_spelling_is_refused() -> None:
    text = derive(family=FAMILY, generation=7, seed=SEED)
    for variant in (
        f"{text}=",
        f"{text}==",
        f" {text}",
        f"{text}\n",
        text.swapcase(),
        text[:-1],
        text + "A",
        "",
    ):
        assert not _passes(variant)


def test_an_unknown_version_is_refused() -> None:
    raw = bytearray(base64.urlsafe_b64decode(derive(family=FAMILY, generation=7, seed=SEED) + "=="))
    raw[0] = 2
    with pytest.raises(InvalidToken):
        parse(base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode())


@pytest.mark.requirement("C06")
def test_the_text_holds_neither_seed_nor_key() -> None:
    raw = base64.urlsafe_b64decode(derive(family=FAMILY, generation=7, seed=SEED) + "==")
    assert SEED[:8] not in raw
    assert keyring.ring()[0].material[:8] not in raw


def test_the_secret_part_is_not_printed() -> None:
    presented = parse(derive(family=FAMILY, generation=7, seed=SEED))
    assert "tag" not in repr(presented)
    assert "head" not in repr(presented)


def test_the_server_key_can_rotate(settings: Settings) -> None:
    old, new = keyring.new_master_key(), keyring.new_master_key()
    settings.MASTER_KEYS = [old]
    text = derive(family=FAMILY, generation=1, seed=SEED)
    settings.MASTER_KEYS = [new, old]
    assert is_genuine(parse(text), seed=SEED)
    assert parse(derive(family=FAMILY, generation=2, seed=SEED)).key_id == keyring.current_key_id()
    settings.MASTER_KEYS = [new]
    assert not is_genuine(parse(text), seed=SEED)


def test_a_generation_beyond_four_bytes_is_an_error_of_ours() -> None:
    with pytest.raises(OverflowError):
        derive(family=FAMILY, generation=2**32, seed=SEED)


def _passes(text: str) -> bool:
    try:
        presented = refresh_tokens.parse(text)
    except InvalidToken:
        return False
    return is_genuine(presented, seed=SEED)
