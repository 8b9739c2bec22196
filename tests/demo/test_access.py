"""The demonstration exists in development only."""

import pytest
from django.conf import LazySettings
from django.test import Client

PATHS = [
    "/demo/",
    "/demo/sign-in/",
    "/demo/callback/",
    "/demo/refresh/",
    "/demo/introspect/",
    "/demo/userinfo/",
    "/demo/revoke/",
    "/demo/sign-out/",
    "/dev/inbox/",
    "/dev/inbox/?format=json",
]


@pytest.mark.requirement("L06")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("off", ["DEMO", "DEBUG"])
def test_it_answers_404_when_either_switch_is_off(
    development: None, server: None, settings: LazySettings, path: str, off: str
) -> None:
    setattr(settings, off, False)
    assert Client().get(path).status_code == 404
    assert Client().post(path).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_it_is_not_even_mounted_there(server: None, path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/demo/", "/dev/inbox/"])
def test_it_is_there_in_development_and_never_cached(development: None, server: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
