"""The gallery knows every address of the server: it has a picture, or a reason why not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver

from scripts.gallery.pages import PAGES, WITHOUT_A_PAGE, is_djangos_own


def addresses(resolver: Any = None, space: str = "") -> Iterator[str]:
    """The names of all addresses, with their namespaces. Those without a name lead to a page that has one."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}" if pattern.name else ""
        else:
            yield from addresses(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)


@pytest.mark.requirement("F30")
def test_every_address_is_in_the_gallery_or_says_why_not() -> None:
    excused = {name for names in WITHOUT_A_PAGE.values() for name in names}
    shown = set(PAGES.values()) - {""}
    known = set(addresses()) - {""}
    missing = {
        name for name in known - shown - excused if not name.startswith("api:") and not is_djangos_own(name)
    }
    assert missing == set()
    # The demonstration has addresses only while DEBUG is on, which it is not in tests.
    assert {name for name in (shown | excused) - known if not name.startswith("demo:")} == set()
    assert shown & excused == set()
