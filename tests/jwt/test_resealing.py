"""A new master key: what was sealed with the old one is sealed anew, then the old one can go."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from core_app import keyring
from jwt_app import keys
from jwt_app.errors import UnsuitableKey
from jwt_app.models import SigningKey
from jwt_app.resealing import reseal
from jwt_app.rotation import rotate
from jwt_app.signing import sign, verify
from obligations_app.models import OAuthTokenLog

pytestmark = pytest.mark.requirement("D11")


@pytest.fixture
def token_of_a_retired_key(db: None, claims: dict[str, Any]) -> str:
    """Beside the retired key there are an active and a next one."""
    keys.ensure_active_key(algorithm="ES256")
    token = sign(claims, typ="at+jwt", algorithm="ES256")
    rotate()
    SigningKey.objects.filter(state="next").update(created_at=timezone.now() - timedelta(days=2))
    rotate(at_once=True)
    return token


def test_keys_move_to_a_new_master_key_and_the_old_one_can_go(
    token_of_a_retired_key: str, claims: dict[str, Any], settings: Settings
) -> None:
    signing = keys.active_key("ES256").kid
    old, new = list(keyring.conf.MASTER_KEYS), keyring.new_master_key()
    settings.MASTER_KEYS = [new, *old]
    assert reseal() == 3
    assert reseal() == 0
    settings.MASTER_KEYS = [new]
    keys.forget_cached_keys()
    assert keys.active_key("ES256").kid == signing
    assert verify(token_of_a_retired_key, typ="at+jwt") == claims
    assert len(keys.jwks()["keys"]) == 3
    assert OAuthTokenLog.objects.get(event="keys.resealed").subject == "3"


def test_without_the_old_master_key_nothing_changes(token_of_a_retired_key: str, settings: Settings) -> None:
    before = list(SigningKey.objects.order_by("pk").values())
    settings.MASTER_KEYS = [keyring.new_master_key()]
    with pytest.raises(UnsuitableKey):
        reseal()
    assert list(SigningKey.objects.order_by("pk").values()) == before
