"""An unfinished sign-up at rest."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core_app import kept
from core_app.errors import Unavailable
from otp_app.purposes import Purpose
from phone_auth_app.flows import codes as store
from phone_auth_app.flows.codes import PendingCode
from tests.phone_auth.pages import PHONE

AWAY = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2, "SOCKET_TIMEOUT": 0.2},
    }
}


@given(st.text(max_size=20), st.floats(0, 2e9), st.booleans())
def test_what_was_kept_comes_back(challenge_id: str, moment: float, is_proven: bool) -> None:
    pending = PendingCode(
        purpose="signup",
        phone=PHONE,
        binding="this browser",
        challenge_id=challenge_id,
        expires_at=moment,
        proven_at=moment if is_proven else None,
    )
    store.save("key", pending)
    assert store.load(Purpose.SIGNUP, "key", binding="this browser") == pending
    assert pending.is_proven is is_proven


@pytest.mark.requirement("G07")
def test_another_browser_gets_nothing() -> None:
    store.save("key", PendingCode(purpose="signup", phone=PHONE, binding="this browser"))
    assert store.load(Purpose.SIGNUP, "key", binding="that browser") is None
    assert store.load(Purpose.SIGNUP, "another key", binding="this browser") is None


def test_a_state_of_another_version_is_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    store.save("key", PendingCode(purpose="signup", phone=PHONE, binding="this browser"))
    monkeypatch.setattr(kept, "VERSION", kept.VERSION + 1)
    assert store.load(Purpose.SIGNUP, "key", binding="this browser") is None


def test_what_was_dropped_is_gone() -> None:
    store.save("key", PendingCode(purpose="signup", phone=PHONE, binding="this browser"))
    for _again in range(2):
        kept.drop("signup", "key")
    assert store.load(Purpose.SIGNUP, "key", binding="this browser") is None


@pytest.mark.requirement("C06")
def test_the_cache_holds_neither_the_key_nor_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    stored: dict[str, Any] = {}
    monkeypatch.setattr(cache, "set", lambda key, text, timeout: stored.update({key: text}), raising=False)
    store.save(
        "a secret id",
        PendingCode(
            purpose="signup", phone=PHONE, binding="this browser", proven_at=timezone.now().timestamp()
        ),
    )
    ((key, text),) = stored.items()
    assert "a secret id" not in key
    assert set(json.loads(text)["facts"]) == {
        "purpose",
        "phone",
        "binding",
        "user_id",
        "sid",
        "sub",
        "challenge_id",
        "expires_at",
        "resend_at",
        "proven_at",
    }


def test_without_its_cache_signing_up_says_to_come_back(settings: Any) -> None:
    settings.CACHES = AWAY
    pending = PendingCode(purpose="signup", phone=PHONE, binding="this browser")
    with pytest.raises(Unavailable) as refused:
        store.save("key", pending)
    assert (refused.value.status, refused.value.retry_after) == (503, 60)
    with pytest.raises(Unavailable):
        store.load(Purpose.SIGNUP, "key", binding="this browser")
    kept.drop("signup", "key")
