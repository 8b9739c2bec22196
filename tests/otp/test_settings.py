"""Figures that would make the codes useless or unsafe, and what operators see."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from otp_app.checks import check_settings
from otp_app.conf import OtpSettings
from tests.operators import sign_in_operator
from tests.otp.conftest import OTHER_PHONE, Issue
from tests.short_codes import stands_in


@pytest.mark.requirement("G02")
@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("OTP_TTL_SECONDS", 601, "otp_app.E001"),
        ("OTP_TTL_SECONDS", 29, "otp_app.E001"),
        ("OTP_MAX_ATTEMPTS", 0, "otp_app.E002"),
        ("OTP_MAX_ATTEMPTS", 11, "otp_app.E002"),
        ("OTP_RESEND_SECONDS", [], "otp_app.E003"),
        ("OTP_RESEND_SECONDS", [0], "otp_app.E003"),
    ],
)
def test_an_unsafe_figure_stops_the_start(
    settings: Settings, name: str, value: object, check_id: str
) -> None:
    assert check_settings(None) == []
    setattr(settings, name, value)
    assert [problem.id for problem in check_settings(None)] == [check_id]


def test_pauses_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTP_RESEND_SECONDS", "10, 20")
    assert OtpSettings.OTP_RESEND_SECONDS.from_environment() == [10, 20]
    monkeypatch.setenv("OTP_RESEND_SECONDS", "soon")
    with pytest.raises(ImproperlyConfigured):
        OtpSettings.OTP_RESEND_SECONDS.from_environment()


@pytest.mark.django_db
@pytest.mark.requirement("L03")
def test_the_admin_shows_the_mask_only(client: Client, get_code: Issue) -> None:
    _challenge, code = get_code(address=OTHER_PHONE)
    sign_in_operator(client)
    listing = client.get(reverse("admin:otp_app_otpchallenge_changelist"))
    row = listing.context["cl"].queryset.get()
    detail = client.get(reverse("admin:otp_app_otpchallenge_change", args=[row.pk]))
    for page in (listing, detail):
        html = page.content.decode()
        assert page.status_code == 200
        assert "+976 •••••• 66" in html
        assert OTHER_PHONE not in html
        assert not stands_in(html, code)
