"""Everything that a server says and keeps, written down while it works: answers, log, cache, tables, tasks."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.short_codes import stands_in


@dataclass(frozen=True)
class Canary:
    """A secret that is known to the test: what it is, and the text itself."""

    kind: str
    text: str

    def is_in(self, heard: str) -> bool:
        """A code of few digits is looked for as a number of its own: any digest may hold the same digits."""
        if self.text.isdigit() and len(self.text) < 9:
            return stands_in(heard, self.text)
        return self.text in heard


@dataclass(frozen=True)
class Answer:
    """One answer with its headers, as text."""

    method: str
    path: str
    text: str


@dataclass
class Ear:
    """Browsers made here are listened to; with every answer the cache is looked into as well."""

    answers: list[Answer] = field(default_factory=list)
    cached: set[tuple[str, str]] = field(default_factory=set)
    canaries: set[Canary] = field(default_factory=set)

    def browser(self, ip: str, **options: Any) -> "ListeningClient":
        return ListeningClient(self, REMOTE_ADDR=ip, **options)

    def plant(self, kind: str, *texts: str) -> str:
        """Remember these secrets; returns the first of them."""
        self.canaries |= {Canary(kind, text) for text in texts if text}
        return texts[0]

    def heard_in_cache(self) -> dict[str, list[str]]:
        """The kinds of entries that hold a canary, and which."""
        return found_in(self.canaries, self.cached)


class ListeningClient(Client):
    """A browser whose answers are written down."""

    def __init__(self, ear: Ear, **options: Any) -> None:
        super().__init__(**options)
        self.ear = ear

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        body = b"".join(answer) if answer.streaming else answer.content
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        text = f"{headers}\n{body.decode(errors='replace')}"
        self.ear.answers.append(Answer(request["REQUEST_METHOD"], request["PATH_INFO"], text))
        self.ear.cached |= set(cache_entries())
        return answer


def found_in(canaries: set[Canary], texts: Any) -> dict[str, list[str]]:
    """Place → kinds of canaries that sing there, for (place, text) pairs."""
    found: dict[str, set[str]] = {}
    for place, text in texts:
        for canary in canaries:
            if canary.is_in(text):
                found.setdefault(place, set()).add(canary.kind)
    return {place: sorted(kinds) for place, kinds in sorted(found.items())}


def cache_entries() -> Iterator[tuple[str, str]]:
    """Kind of entry, and name and value as text. A kind is the first word of the name."""
    for name, value in _raw_cache():
        yield name.split(":")[2][:20] if name.count(":") > 1 else name, f"{name} {value}"


def _raw_cache() -> Iterator[tuple[str, str]]:
    in_memory = getattr(cache, "_cache", None)
    if isinstance(in_memory, dict):
        for name in list(in_memory):
            yield name, _shown(in_memory.get(name, b""))
        return
    redis: Any = cache.client.get_client()  # type: ignore[attr-defined]  # django-redis
    for key in redis.scan_iter("*", count=1000):
        value = redis.get(key) if redis.type(key) == b"string" else redis.dump(key)
        yield key.decode(), _shown(value or b"")


def table_cells() -> Iterator[tuple[str, str]]:
    """Every text and every binary value of every table, as `table.column`; sessions also as what is written in them."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  names of our own tables
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if isinstance(value, str | bytes | memoryview | dict | list):
                        yield f"{table}.{column}", _shown(value)
    for session in Session.objects.all():
        yield "django_session.session_data", repr(session.get_decoded())


def _shown(value: Any) -> str:
    """Readable, also where bytes hide a text."""
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        return f"{raw.decode('utf-8', errors='replace')} {raw.hex()} {base64.b64encode(raw).decode()}"
    return str(value)
