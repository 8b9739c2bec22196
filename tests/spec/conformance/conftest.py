"""What the conformance suite is configured with: its client, and a person who has filled in every claim."""

import pytest
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.clients import create_client
from tests.oauth import CALLBACK, PASSWORD, PHONE
from tests.spec.conformance.relying_party import RelyingParty

PROFILE = {
    "name": "Oyun Bat-Erdene",
    "given_name": "Oyun",
    "family_name": "Bat",
    "middle_name": "Erdene",
    "nickname": "Oyuka",
    "preferred_username": "oyun",
    "profile": "https://people.example/oyun",
    "picture": "https://people.example/oyun.png",
    "website": "https://oyun.example/",
    "gender": "female",
    "birthdate": "1990-02-28",
    "zoneinfo": "Asia/Ulaanbaatar",
    "locale": "mn-MN",
}
ADDRESS = {
    "formatted": "Peace Avenue 1\n14200 Ulaanbaatar\nMongolia",
    "street_address": "Peace Avenue 1",
    "locality": "Ulaanbaatar",
    "region": "Sukhbaatar",
    "postal_code": "14200",
    "country": "Mongolia",
}


@pytest.fixture
def person(server: None) -> User:
    return create_person(
        phone=PHONE,
        password=PASSWORD,
        phone_proven_at=timezone.now(),
        email="oyun@example.com",
        email_verified_at=timezone.now(),
        address=ADDRESS,
        **PROFILE,
    )


@pytest.fixture
def rp(person: User) -> RelyingParty:
    """The suite's first client: confidential, and exempt from PKCE, which most modules do not use."""
    return registered("conformance-1")


@pytest.fixture
def other_rp(person: User) -> RelyingParty:
    """The suite's second client."""
    return registered("conformance-2")


def registered(client_id: str, auth_method: str = "client_secret_basic") -> RelyingParty:
    client, secret = create_client(
        name=client_id, client_id=client_id, auth_method=auth_method, redirect_uris=[CALLBACK]
    )
    client.is_pkce_required = False
    client.full_clean()
    client.save()
    return RelyingParty(client_id, secret)
