"""Who and what there is: apps and people, on numbers kept for fiction."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from accounts_app.models import User
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from sessions_app.models import Device

APPS = (
    ("demo-data-shop", "Demo Shop"),
    ("demo-data-wallet", "Demo Wallet"),
    ("demo-data-clinic", "Demo Clinic"),
)
GIVEN = ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Juniper", "Larch", "Maple", "Rowan", "Willow")
FAMILY = ("Example", "Placeholder", "Sample", "Specimen")
MOST_PEOPLE = 1000
DEVICES = (
    (
        "Chrome on Android",
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
    ),
    (
        "Safari on iPhone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1",
    ),
    ("Firefox on Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person with their device and the country of their number."""

    user: User
    device: Device
    country: str
    ip: str


def make_apps() -> list[Application]:
    """Three apps; the first tells that demonstration data is there."""
    return [
        create_client(
            name=name, client_id=client_id, is_public=True, redirect_uris=["https://demo.example/callback"]
        )[0]
        for client_id, name in APPS
    ]


def is_there() -> bool:
    """Whether this database has demonstration data already."""
    return Application.objects.filter(client_id=APPS[0][0]).exists()


def make_people(number: int, since: datetime, chance: random.Random) -> list[Person]:
    """So many people with one device each; nobody can sign in as any of them."""
    users = User.objects.bulk_create(_user(index, since, chance) for index in range(number))
    devices = Device.objects.bulk_create(_device(user, since, chance) for user in users)
    return [
        Person(user, device, country_of(index), f"192.0.2.{1 + index % 250}")
        for index, (user, device) in enumerate(zip(users, devices, strict=True))
    ]


def number_of(index: int) -> str:
    """Every other one in the United Kingdom's and in France's range for fiction."""
    half = index // 2
    return f"+447700900{half:03}" if index % 2 else f"+3363998{half:04}"


def country_of(index: int) -> str:
    return "GB" if index % 2 else "FR"


def _user(index: int, since: datetime, chance: random.Random) -> User:
    given, family = GIVEN[index % len(GIVEN)], FAMILY[index % len(FAMILY)]
    joined = since + timedelta(minutes=chance.randrange(60 * 24))
    return User(
        sub=uuid.UUID(int=chance.getrandbits(128), version=4),
        phone=number_of(index),
        phone_proven_at=joined,
        email=f"{given}.{index}@people.example".lower(),
        given_name=given,
        family_name=family,
        name=f"{given} {family} {index}",
        date_joined=joined,
        password=make_password(None),
    )


def _device(user: User, since: datetime, chance: random.Random) -> Device:
    name, agent = DEVICES[chance.randrange(len(DEVICES))]
    return Device(
        user=user,
        browser_hash=f"{chance.getrandbits(256):064x}",
        name=name,
        user_agent=agent,
        first_seen_at=since,
        last_seen_at=since,
    )
