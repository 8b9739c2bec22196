"""docs/settings.md and .env.example are what the rooms declare, and hold no value of this machine."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core_app import settings_reference
from core_app.conf import DECLARED, Setting
from core_app.management.commands import settings_reference as command

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.requirement("F72")
def test_every_declared_setting_is_on_both_pages() -> None:
    rooms = settings_reference.rooms(ROOT)
    names = [setting.name for room in rooms for setting in room.settings]
    assert {"SECRET_KEY", "ISSUER_URL", "MASTER_KEYS", "TRUSTED_PROXIES", "PHONE_COUNTRIES"} <= set(names)
    for page in (settings_reference.as_markdown(rooms), settings_reference.as_env_example(rooms)):
        assert [name for name in names if name not in page] == []
    assert [room.name for room in rooms] == sorted(room.name for room in rooms)


@pytest.mark.requirement("F72", "L03")
def test_no_value_of_this_machine_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "MASTER_KEYS", "DATABASE_URL", "PRODUCT_NAME"):
        monkeypatch.setenv(name, "canary-on-this-machine")
    rooms = settings_reference.rooms(ROOT)
    assert "canary" not in settings_reference.as_markdown(rooms) + settings_reference.as_env_example(rooms)


def test_the_example_changes_nothing_when_it_is_copied() -> None:
    text = settings_reference.as_env_example(settings_reference.rooms(ROOT))
    assert [line for line in text.splitlines() if line and not line.startswith("#")] == []


@pytest.fixture
def second_port_setting() -> object:
    class Twin:
        PORT = Setting(9, "The same name from another room.")

    twin = vars(Twin)["PORT"]
    twin.room = "core_app"
    yield twin
    DECLARED.remove(twin)


@pytest.mark.usefixtures("second_port_setting")
def test_one_name_in_two_rooms_is_refused() -> None:
    with pytest.raises(settings_reference.SettingDeclaredTwice, match="PORT is declared in"):
        settings_reference.rooms(ROOT)


@pytest.mark.parametrize(
    ("default", "text"),
    [(True, "1"), (False, "0"), (120, "120"), (0.2, "0.2"), (["a", "b"], "a,b"), ("x", "x")],
)
def test_defaults_are_spelled_as_the_environment_takes_them(default: object, text: str) -> None:
    setting = Setting(default, "Not of the product.")
    DECLARED.remove(setting)
    assert settings_reference.default_as_text(setting) == text


def test_a_stale_page_is_named(tmp_path: Path) -> None:
    page = tmp_path / "settings.md"
    page.write_text("old", encoding="utf-8")
    with pytest.raises(CommandError, match=r"settings\.md"):
        command._refuse_stale({page: "new"})
    command._refuse_stale({page: "old"})


@pytest.mark.requirement("F72")
def test_the_pages_in_the_repository_are_current() -> None:
    call_command("settings_reference", check=True)
