"""Operators see which keys there are; nobody changes them by hand or sees a private part."""

import pytest
from django.test import Client
from django.urls import reverse

from jwt_app.keys import LoadedKey
from jwt_app.models import SigningKey
from tests.operators import sign_in_operator

Ring = dict[str, LoadedKey]


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    return sign_in_operator(client)


@pytest.mark.requirement("D11", "F61")
def test_operators_see_the_ring_without_its_secret(ring: Ring, operator: Client) -> None:
    row = SigningKey.objects.get(algorithm="RS256")
    for url in (
        reverse("admin:jwt_app_signingkey_changelist"),
        reverse("admin:jwt_app_signingkey_change", args=[row.pk]),
    ):
        answer = operator.get(url)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert row.kid in page
        assert row.private_sealed[:40] not in page
        assert "private_sealed" not in page
        assert "PRIVATE" not in page


@pytest.mark.requirement("L05")
def test_nothing_about_a_key_can_be_changed_in_the_admin(ring: Ring, operator: Client) -> None:
    before = list(SigningKey.objects.order_by("pk").values())
    pk = before[0]["id"]
    attempts = [
        (reverse("admin:jwt_app_signingkey_add"), {"kid": "x"}),
        (reverse("admin:jwt_app_signingkey_change", args=[pk]), {"state": "retired"}),
        (reverse("admin:jwt_app_signingkey_delete", args=[pk]), {"post": "yes"}),
    ]
    for url, data in attempts:
        assert operator.post(url, data).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    operator.post(reverse("admin:jwt_app_signingkey_changelist"), action)
    assert list(SigningKey.objects.order_by("pk").values()) == before
