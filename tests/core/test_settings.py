"""A setting is read once and then found without being looked for; what Django overrides counts at once."""

import pytest
from django.test import override_settings

from core_app.conf import Setting


class Garden:
    GARDEN_BEDS = Setting(3, "How many beds there are.")


@pytest.fixture
def garden() -> Garden:
    return Garden()


def test_a_process_reads_the_environment_once(garden: Garden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEN_BEDS", "5")
    assert garden.GARDEN_BEDS == 5
    monkeypatch.setenv("GARDEN_BEDS", "6")
    assert garden.GARDEN_BEDS == 5
    assert Garden.GARDEN_BEDS.from_environment() == 6


def test_an_overridden_setting_counts_at_once_and_only_while_it_lasts(garden: Garden) -> None:
    assert garden.GARDEN_BEDS == 3
    with override_settings(GARDEN_BEDS=7):
        assert garden.GARDEN_BEDS == 7
        with override_settings(GARDEN_BEDS=8):
            assert garden.GARDEN_BEDS == 8
        assert garden.GARDEN_BEDS == 7
    assert garden.GARDEN_BEDS == 3


def test_a_value_that_cannot_be_read_is_not_kept(garden: Garden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEN_BEDS", "many")
    with pytest.raises(Exception, match="GARDEN_BEDS"):
        garden.GARDEN_BEDS  # noqa: B018
    monkeypatch.setenv("GARDEN_BEDS", "2")
    assert garden.GARDEN_BEDS == 2
