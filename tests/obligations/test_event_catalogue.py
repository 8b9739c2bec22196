"""The page of events is made from the declarations and can be checked."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core_app.events import CATALOGUE
from obligations_app.catalogue import fields_of_events


def test_the_page_lists_every_event_with_its_room(tmp_path: Path) -> None:
    path = tmp_path / "events.md"
    call_command("event_catalogue", output=path, stdout=(tmp_path / "log").open("w"))
    page = path.read_text(encoding="utf-8")
    for name, signal in CATALOGUE.items():
        assert f"| `{name}` | {signal.meaning}" in page
    desk = page.partition("## custom_scopes_and_policies_app\n")[2].partition("\n## ")[0]
    assert "| `token.issued` |" in desk
    assert "| `otp.sent` |" not in desk
    assert "for the first time. | person |" in page
    assert "| `session.reported` | operators | `email` | `operators` |" in page
    assert "| `phone.changed` | person | `email_and_sms` | `phone_changed` |" in page
    call_command("event_catalogue", "--check", output=path)


def test_the_page_says_which_fields_an_event_has() -> None:
    fields = fields_of_events()
    assert {name for name in CATALOGUE if not fields.get(name)} == set()
    assert {"person", "app", "session", "family", "token", "grant type", "scopes", "levels"} <= set(
        fields["token.issued"]
    )
    assert fields["token.refused"] == ["app", "grant type", "reason", "from where"]
    assert "person" in fields["login.failed"]
    assert "person" not in fields["otp.sent"]


@pytest.mark.parametrize("content", [None, "", "# Events\n"])
def test_a_missing_or_old_page_is_noticed(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "events.md"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="out of date"):
        call_command("event_catalogue", "--check", output=path)
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == content
