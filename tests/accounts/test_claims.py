"""A person as OpenID Connect standard claims (OIDC Core §5.1, §5.4)."""

from datetime import UTC, datetime

import pytest

from accounts_app.claims import CLAIMS_BY_SCOPE, standard_claims
from accounts_app.models import User

MOMENT = datetime(2026, 5, 4, 3, 2, 1, 500_000, tzinfo=UTC)


def _person(**fields: object) -> User:
    return User(**{"phone": "+97699112233", "updated_at": MOMENT, **fields})


@pytest.mark.requirement("feature:F06")
def test_a_claim_without_a_value_is_left_out() -> None:
    assert standard_claims(User(updated_at=MOMENT)) == {"updated_at": 1777863721}


def test_every_claim_of_the_four_scopes_can_be_given() -> None:
    texts = {claim: f"a {claim}" for claim in CLAIMS_BY_SCOPE["profile"] if claim != "updated_at"}
    person = _person(
        **texts,
        email="oyun@example.com",
        email_verified_at=MOMENT,
        phone_proven_at=MOMENT,
        address={"country": "MN", "locality": "Ulaanbaatar"},
    )
    assert standard_claims(person) == {
        **texts,
        "updated_at": 1777863721,
        "email": "oyun@example.com",
        "email_verified": True,
        "phone_number": "+97699112233",
        "phone_number_verified": True,
        "address": {"locality": "Ulaanbaatar", "country": "MN"},
    }
    assert set(standard_claims(person)) == {claim for claims in CLAIMS_BY_SCOPE.values() for claim in claims}


def test_the_moment_of_change_is_a_number() -> None:
    assert type(standard_claims(_person())["updated_at"]) is int


@pytest.mark.requirement("D07")
def test_what_was_not_proven_is_not_called_verified() -> None:
    claims = standard_claims(_person(email="oyun@example.com"))
    assert claims["email_verified"] is False
    assert claims["phone_number_verified"] is False


def test_the_full_name_is_put_together_when_only_its_parts_are_known() -> None:
    assert standard_claims(_person(given_name="Oyun", family_name="Bat"))["name"] == "Oyun Bat"


@pytest.mark.parametrize("stored", [{}, [], "text", None, {"country": ""}, {"country": 5}, {"password": "x"}])
def test_an_address_without_a_known_member_is_no_address(stored: object) -> None:
    assert "address" not in standard_claims(_person(address=stored))


@pytest.mark.requirement("D06")
def test_the_subject_and_the_row_number_are_not_among_them() -> None:
    person = _person(pk=4711)
    assert not {str(person.sub), 4711, "4711"} & set(map(str, standard_claims(person).values()))
