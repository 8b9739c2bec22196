"""The page of events is made from the declarations and can be checked."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core_app.events import CATALOGUE


def test_the_page_lists_every_event_with_its_room(tmp_path: Path) -> None:
    path = tmp_path / "events.md"
    call_command("event_catalogue", output=path, stdout=(tmp_path / "log").open("w"))
    page = path.read_text(encoding="utf-8")
    for name, signal in CATALOGUE.items():
        assert f"| `{name}` | `" in page
        assert signal.meaning in page
    assert "| `token.issued` | `custom_scopes_and_policies_app` |" in page
    assert "for the first time. | yes |" in page
    call_command("event_catalogue", "--check", output=path)


@pytest.mark.parametrize("content", [None, "", "# Events\n"])
def test_a_missing_or_old_page_is_noticed(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "events.md"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="out of date"):
        call_command("event_catalogue", "--check", output=path)
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == content
