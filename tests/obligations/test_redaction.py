"""The last net before the record lets addresses through and holds numbers back."""

import pytest

from obligations_app.redaction import free_text


@pytest.mark.requirement("L03")
@pytest.mark.parametrize(
    "text", ["203.0.113.66", "10.0.0.1", "203.0.113.0/24", "2001:db8:1:2::/64", "by 8.8.8.8"]
)
def test_addresses_stay_readable(text: str) -> None:
    assert free_text(text, 200) == text


@pytest.mark.requirement("L03")
@pytest.mark.parametrize(
    "text",
    ["99.11.22.33", "06.12.34.56.78", "+976.99.11.22.33", "976.991.122.333", "+97699112233", "1.2.3.4.5.6.7"],
)
def test_numbers_with_dots_do_not(text: str) -> None:
    assert text not in free_text(f"it is {text}", 200)
