"""The catalogues in locale/: what is compiled is what was written, and nothing in it breaks a page."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.i18n.catalogues import Entry, read_mo, read_po

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?[a-z][^>]*>")
COLLECTED_AT = re.compile(r"POT-Creation-Date: .*\n")
FORM_COUNT = re.compile(r"nplurals=(\d)")

pytestmark = pytest.mark.requirement("F30")
each_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])


def entries(path: Path) -> list[Entry]:
    """Without the header."""
    return read_po(path)[1:]


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def test_every_language_that_pages_offer_has_a_catalogue() -> None:
    offered = {code for code, _ in settings.LANGUAGES}
    assert {path.parts[-3] for path in CATALOGUES} == offered - {"en"}


@each_catalogue
def test_the_compiled_catalogue_holds_what_was_written(path: Path) -> None:
    written = dict(entry.compiled() for entry in read_po(path) if entry.is_translated)
    compiled = read_mo(path.with_suffix(".mo"))
    # Some versions of gettext compile the time of the collecting into the header, others leave it out.
    written[""], compiled[""] = (COLLECTED_AT.sub("", header) for header in (written[""], compiled[""]))
    assert compiled == written, "Run `make messages` and commit the .mo files too."


@each_catalogue
def test_nothing_is_a_guess(path: Path) -> None:
    assert [entry.source for entry in read_po(path) if "fuzzy" in entry.flags] == []


@each_catalogue
def test_no_string_is_there_twice(path: Path) -> None:
    keys = [entry.compiled()[0] for entry in read_po(path)]
    assert len(keys) == len(set(keys))


@each_catalogue
def test_placeholders_and_tags_are_those_of_the_source(path: Path) -> None:
    wrong = [
        form
        for entry in entries(path)
        for form in entry.forms.values()
        if form and placeholders(form) != placeholders(entry.plural or entry.source)
    ]
    assert wrong == []


@each_catalogue
def test_a_plural_has_as_many_forms_as_the_language(path: Path) -> None:
    header = read_po(path)[0].forms[0]
    found = FORM_COUNT.search(header)
    assert found
    numbers = set(range(int(found[1])))
    assert [entry.source for entry in entries(path) if entry.plural and set(entry.forms) != numbers] == []


@each_catalogue
def test_a_sentence_is_translated_whole_or_not_at_all(path: Path) -> None:
    """Some forms filled and others empty would show an empty page to some numbers."""
    half = [
        entry.source for entry in entries(path) if 0 < sum(map(bool, entry.forms.values())) < len(entry.forms)
    ]
    assert half == []


def test_without_gettext_make_messages_says_how_to_get_it(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "scripts/messages.sh"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "VENV": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "apt-get install gettext" in done.stderr
