"""What operators see and do: registering a device app, the read-only list, settings that make no sense."""

import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from custom_scopes_and_policies_app.checks import check_lifetimes
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization
from tests.operators import sign_in_operator
from tests.spec.rfc8628.devices import DEVICE_CODE, Television

pytestmark = pytest.mark.requirement("feature:F04")


def test_the_command_knows_the_grant_by_its_short_name(server: None) -> None:
    out = StringIO()
    call_command(
        "create_client", "--name", "TV", "--client-id", "tv", "--public",
        "--grant-type", "device_code", "--grant-type", "refresh_token", "--json", stdout=out,
    )  # fmt: skip
    assert json.loads(out.getvalue())["client_secret"] is None
    assert Application.objects.get().grant_types == [DEVICE_CODE, "refresh_token"]
    assert Television().ask().status_code == 200


def test_an_unknown_grant_type_is_still_refused(server: None) -> None:
    with pytest.raises(CommandError, match="--grant-type"):
        call_command("create_client", "--name", "TV", "--public", "--grant-type", "devices")


def test_a_browser_app_with_the_device_grant_still_needs_its_redirect_uri(server: None) -> None:
    with pytest.raises(ValidationError) as refused:
        create_client(name="Both", is_public=True, grant_types=["authorization_code", DEVICE_CODE])
    assert "redirect_uris" in refused.value.message_dict


def test_the_list_shows_no_code_and_nothing_can_be_changed(tv: Television) -> None:
    tv.ask()
    device = DeviceAuthorization.objects.get()
    operator = Client()
    sign_in_operator(operator)
    listing = "/admin/custom_scopes_and_policies_app/deviceauthorization/"
    page = operator.get(f"{listing}{device.pk}/change/")
    assert operator.get(listing).status_code == page.status_code == 200
    assert "waiting for the person" in page.content.decode()
    for hidden in (device.device_code_hash, device.user_code_hash, tv.codes["user_code"]):
        assert hidden not in page.content.decode()
    assert operator.post(f"{listing}{device.pk}/change/", {"state": "approved"}).status_code == 403
    assert operator.get(f"{listing}add/").status_code == 403
    assert operator.post(f"{listing}{device.pk}/delete/", {"post": "yes"}).status_code == 403
    device.refresh_from_db()
    assert device.state == "pending"


@pytest.mark.parametrize(("name", "value"), [("DEVICE_CODE_SECONDS", 5), ("DEVICE_POLL_SECONDS", 0)])
def test_settings_that_make_no_sense_stop_the_start(settings: Settings, name: str, value: int) -> None:
    assert check_lifetimes(None) == []
    setattr(settings, name, value)
    assert [problem.id for problem in check_lifetimes(None)] == ["desk.E005"]
