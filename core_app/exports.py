"""Everything that is held on a person, as one JSON document that the rooms contribute to.

A room gives its sections in its module `personal_data`, by name. A value may be an iterator, for what has no bound: its
items are written one by one. Never a secret: no password, code, token or key, hashed and sealed ones neither (L03).

    # sessions_app/personal_data.py
    def exported(person: User) -> Mapping[str, object]:
        return {"devices": [...]}
"""

import json
from collections.abc import Iterator, Mapping

from django.core.serializers.json import DjangoJSONEncoder

from core_app.contributions import modules


def sections_of(person: object) -> Iterator[tuple[str, object]]:
    """Name and content of each section, in the order of the settings; a room is asked when it is its turn."""
    for module in modules("personal_data"):
        yield from module.exported(person).items()


def document_of(person: object, head: Mapping[str, object]) -> Iterator[str]:
    """The document in pieces, `head` first. No more of it than one section, or one item, is in memory at a time."""
    separator = "{"
    for name, content in head.items():
        yield f"{separator}\n{_json(name)}: {_json(content)}"
        separator = ","
    for name, content in sections_of(person):
        yield f"{separator}\n{_json(name)}: "
        yield from _items(content) if isinstance(content, Iterator) else (_json(content),)
        separator = ","
    yield "\n}\n"


def _items(items: Iterator[object]) -> Iterator[str]:
    separator = "["
    for item in items:
        yield f"{separator}\n{_json(item)}"
        separator = ","
    yield "[]" if separator == "[" else "\n]"


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
