"""Demonstration data: made once, the same for the same seed, and never by accident on a real server."""

from io import StringIO
from typing import Any

import phonenumbers
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts_app.models import User
from messaging_app.models import OutboundMessage
from obligations_app.models import EventCount, OAuthTokenLog
from tests.operators import sign_in_operator

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("F61")]


def demo_data(**options: Any) -> str:
    out = StringIO()
    call_command("demo_data", stdout=out, **({"days": 3, "people": 12, "force": True} | options))
    return out.getvalue()


def test_it_refuses_a_server_that_looks_real(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG is off"):
        demo_data(force=False)
    assert not User.objects.exists()
    assert not OAuthTokenLog.objects.exists()


@pytest.mark.parametrize("options", [{"days": 0}, {"days": 9999}, {"people": 0}, {"people": 100_000}])
def test_it_refuses_numbers_that_make_no_sense(options: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="Between 1 and"):
        demo_data(**options)


def test_it_fills_the_dashboard_once_with_people_who_are_nobody() -> None:
    assert "Made 12 people" in demo_data()
    before = OAuthTokenLog.objects.count()
    assert "there already" in demo_data()
    assert OAuthTokenLog.objects.count() == before
    today = timezone.now()
    assert not OAuthTokenLog.objects.filter(at__gt=today).exists()
    for user in User.objects.all():
        assert user.phone is not None
        assert user.phone.startswith(("+447700900", "+3363998"))
        assert phonenumbers.is_possible_number(phonenumbers.parse(user.phone))
        assert user.email.endswith(".example")
        assert not user.has_usable_password()
        assert not OAuthTokenLog.objects.filter(reason__contains=user.phone).exists()
    assert sum(EventCount.objects.values_list("count", flat=True)) == before
    page = sign_in_operator(Client()).get("/admin/dashboard/", {"range": "7d"})
    assert page.status_code == 200
    assert not page.context["board"].is_empty
    assert page.context["board"].sms.rows


@pytest.mark.usefixtures("standing_still")
def test_the_same_seed_makes_the_same_people_and_messages() -> None:
    def people_of(seed: int) -> tuple[set[object], int]:
        with transaction.atomic():
            demo_data(seed=seed)
            subjects: set[object] = set(User.objects.values_list("sub", flat=True))
            made = subjects, OutboundMessage.objects.count()
            transaction.set_rollback(True)
        return made

    assert people_of(7) == people_of(7) != people_of(8)
