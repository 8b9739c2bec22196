"""What an answer costs the server, counted and not timed: a busy machine changes no count."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.answers import statements_of_the_answer

_VERB = re.compile(
    r"\s*\(?(SELECT|INSERT|UPDATE|DELETE|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)", re.IGNORECASE
)
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+[`\"]?([a-z_]+)", re.IGNORECASE)


@dataclass(slots=True)
class Work:
    """The statements of one answer (verb and tables, in their order) and how often a password was hashed for it."""

    statements: tuple[str, ...] = ()
    hashes: int = 0


@contextmanager
def work_of_the_answer(hashes: list[str]) -> Iterator[Work]:
    """Filled in when the block ends. `hashes` is the fixture of that name."""
    work, before = Work(), len(hashes)
    with statements_of_the_answer() as queries:
        yield work
        work.hashes = len(hashes) - before
    work.statements = tuple(_shapes(query["sql"] for query in queries.captured_queries))


def _shapes(statements: Iterable[str]) -> Iterator[str]:
    for sql in statements:
        verb = _VERB.match(sql)
        yield " ".join([verb[1].upper() if verb else sql[:20], *_TABLE.findall(sql)])
