"""Every address by every method, with the true ids of somebody's things: neither half signed in nor as somebody else
does anything open or change.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts_app.models import User
from accounts_app.services import create_person
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from custom_scopes_and_policies_app.models import Application
from mfa_app.models import TotpFactor
from sessions_app.models import Device, SsoSession
from social_login_app.models import SocialIdentity
from tests.api.conftest import signed_in
from tests.mfa.conftest import browser, new_browser, other, person, quiet_messages
from tests.mfa.pages import SECURITY, add_app, challenge_of, login_id, make_backup_codes, sign_in
from tests.oauth import OAuthBrowser
from tests.operators import sign_in_as

__all__ = ["browser", "new_browser", "other", "person", "quiet_messages"]

Rows = dict[str, list[str]]
PERSONAL = ("Oyun", "oyun@example.com", "99112233")
# Their example number happens to be the owner's.
DOCUMENTS = {"/api/openapi.json", "/api/docs"}
# Says when somebody was last seen, not what they have.
VOLATILE = {"last_seen_at", "last_login", "last_used_at", "last_ip"}
# What ends the caller's own sign-ins is its own affair. The admin refuses whoever is no operator.
LEFT_OUT = re.compile(r"^/admin/|logout|/codes/|/close/|deactivate|end-others|sessions/current")


def addresses(
    things: dict[str, Any], resolver: URLResolver | None = None, names: tuple[str, ...] = ()
) -> Iterator[str]:
    """Every named address, with somebody's own things in the place of arguments."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(things, entry, (*names, entry.namespace) if entry.namespace else names)
        elif entry.name:
            arguments = {name: things.get(name, "1") for name in entry.pattern.converters}
            with suppress(NoReverseMatch):
                yield reverse(":".join([*names, entry.name]), kwargs=arguments)


def things_of(owner: User) -> dict[str, Any]:
    """The true ids, by the name of the argument that takes them."""
    return {
        "factor_id": TotpFactor.objects.get(user=owner).pk,
        "passkey_id": TotpFactor.objects.get(user=owner).pk,
        "sid": SsoSession.objects.filter(user=owner).values_list("pk", flat=True)[0],
        "device_id": Device.objects.filter(user=owner).values_list("pk", flat=True)[0],
        "public_id": Application.objects.get(client_id="notes").public_id,
        "identity_id": SocialIdentity.objects.get(user=owner).pk,
        "link_id": SocialIdentity.objects.get(user=owner).pk,
        "object_id": owner.pk,
        "content_type_id": 1,
        "kind": "sms",
        "provider_id": "github",
    }


def rows_of(owner: User) -> Rows:
    """Everything that is theirs, in whatever table, and what apps there are."""
    found = {}
    for model in apps.get_models():
        to_people = [field.name for field in model._meta.concrete_fields if field.related_model is User]
        if model is User or to_people:
            mine = {"pk": owner.pk} if model is User else {to_people[0]: owner}
            columns = [f.attname for f in model._meta.concrete_fields if f.attname not in VOLATILE]
            found[model.__name__] = sorted(
                map(str, model._default_manager.filter(**mine).values_list(*columns))
            )
    return {**found, "apps": sorted(map(str, Application.objects.values_list("client_id", "is_enabled")))}


@pytest.fixture
def owner(browser: Client, person: User, app: Application, settings: Any) -> User:
    """Somebody who has one of everything, and every right."""
    ensure_first_party_client()
    settings.MFA_CALLS_PER_IP_PER_MINUTE = settings.EMAIL_API_CALLS_PER_IP_PER_MINUTE = 10**6
    OAuthBrowser(browser).tokens(scope="openid offline_access")
    add_app(browser)
    make_backup_codes(browser)
    SocialIdentity.objects.create(user=person, issuer="https://github.com", subject="4711", label="oyun")
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    return person


def everything_asked(path: str, client: Client, **headers: str) -> Iterator[tuple[str, Any]]:
    """This address by every method that could do something."""
    fields = {"name": "changed", "decision": "allow", "confirm": "yes", "post": "yes", "code": "000000"}
    yield "get", client.get(path, headers=headers)
    yield "post", client.post(path, fields, headers=headers)
    if path.startswith("/api/"):
        for method in ("post", "put", "patch", "delete"):
            yield (
                method,
                getattr(client, method)(path, fields, content_type="application/json", headers=headers),
            )


@pytest.mark.requirement("H05", "H06", "L05")
def test_half_signed_in_nothing_opens_and_nothing_changes(owner: User, other: Client) -> None:
    found = sorted(set(addresses(things_of(owner))))
    assert len(found) > 250
    assert {SECURITY, "/account/", "/admin/", f"/admin/accounts_app/user/{owner.pk}/delete/"} <= set(found)
    waiting = login_id(challenge_of(sign_in(other)))
    before = rows_of(owner)
    for path in found:
        for method, answer in everything_asked(path, other, Authorization=f"Bearer {waiting}"):
            _shows_nothing(path, method, answer)
            assert "_auth_user_id" not in other.session, (method, path)
    after = rows_of(owner)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


@pytest.mark.requirement("L05", "B08", "I01")
def test_somebody_else_finds_nothing_that_is_mine_and_changes_nothing(owner: User, other: Client) -> None:
    """By page and with an access token, at all addresses but the admin's: those refuse whoever is no operator."""
    stranger = create_person(phone="+97688110001", password=None, phone_proven_at=timezone.now())
    found = [path for path in sorted(set(addresses(things_of(owner)))) if not LEFT_OUT.search(path)]
    token = signed_in(stranger)["access_token"]
    sign_in_as(other, stranger)
    before = rows_of(owner)
    for path in found:
        headers = {"Authorization": f"Bearer {token}"} if path.startswith(("/api/", "/o/")) else {}
        for method, answer in everything_asked(path, other, **headers):
            _shows_nothing(path, method, answer)
            live = SsoSession.objects.filter(user=stranger, ended_at=None).count()
            assert live == 2, f"{method} {path} ended the caller's sign-in"
    assert rows_of(owner) == before
    assert not User.objects.get(pk=stranger.pk).is_staff


def _shows_nothing(path: str, method: str, answer: Any) -> None:
    body = "" if answer.streaming else answer.content.decode(errors="replace")
    assert path in DOCUMENTS or [text for text in PERSONAL if text in body] == [], (method, path)
    assert answer.status_code < 500, (method, path)
