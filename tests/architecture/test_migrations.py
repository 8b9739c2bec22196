"""The migrations say what the models say."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
@pytest.mark.requirement("F70")
def test_no_model_change_is_without_its_migration(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    assert capsys.readouterr().err == ""
