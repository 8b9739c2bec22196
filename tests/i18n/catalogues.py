"""Reads translation catalogues, .po as people write them and .mo as the server loads them, without GNU gettext."""

import ast
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

MO_MAGIC = 0x950412DE
MO_HEADER = struct.Struct("<7I")
# How a .mo file joins what belongs together.
CONTEXT_MARK, PLURAL_MARK = "\x04", "\x00"
KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d)\])? (".*")')


@dataclass
class Entry:
    """One message: what the source says, what the translator wrote, the marks between them."""

    texts: dict[str, str] = field(default_factory=dict)
    forms: dict[int, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    @property
    def source(self) -> str:
        return self.texts["msgid"]

    @property
    def plural(self) -> str | None:
        return self.texts.get("msgid_plural")

    @property
    def is_translated(self) -> bool:
        return all(self.forms.values()) and "fuzzy" not in self.flags

    def compiled(self) -> tuple[str, str]:
        """Key and value as a .mo file holds them."""
        context = self.texts.get("msgctxt")
        key = self.source if self.plural is None else self.source + PLURAL_MARK + self.plural
        key = key if context is None else context + CONTEXT_MARK + key
        return key, PLURAL_MARK.join(text for _, text in sorted(self.forms.items()))


def read_po(path: Path) -> list[Entry]:
    """Every entry of a .po file, the header (the one without a source) first. Obsolete ones are comments."""
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
    return [entry for block in blocks if (entry := _read_entry(block.splitlines())).texts]


def _read_entry(lines: list[str]) -> Entry:
    entry = Entry()
    keyword, form = "", 0
    for line in lines:
        if line.startswith("#,"):
            entry.flags |= {flag.strip() for flag in line[2:].split(",")}
        elif found := KEYWORD.fullmatch(line):
            keyword, form = found[1], int(found[2] or 0)
            _append(entry, keyword, form, found[3])
        elif line.startswith('"'):
            _append(entry, keyword, form, line)
    return entry


def _append(entry: Entry, keyword: str, form: int, quoted: str) -> None:
    text: str = ast.literal_eval(quoted)
    if keyword == "msgstr":
        entry.forms[form] = entry.forms.get(form, "") + text
    else:
        entry.texts[keyword] = entry.texts.get(keyword, "") + text


def read_mo(path: Path) -> dict[str, str]:
    """Every pair of a .mo file (GNU gettext manual, "The Format of GNU MO Files"), its header under ""."""
    data = path.read_bytes()
    magic, _, count, sources, translations, _, _ = MO_HEADER.unpack_from(data)
    assert magic == MO_MAGIC, path
    return {
        _text_at(data, sources + 8 * number): _text_at(data, translations + 8 * number)
        for number in range(count)
    }


def _text_at(data: bytes, position: int) -> str:
    length, start = struct.unpack_from("<2I", data, position)
    return data[start : start + length].decode()
