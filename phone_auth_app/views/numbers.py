"""What is done about a text that is no number: it is a failure of the address it came from (F23)."""

from django import forms
from django.http import HttpRequest

from core_app.caller import client_ip_of
from limits_app.locks import reserve_attempt
from limits_app.network import ip_bucket

NOT_TYPED = "required"


def count_bad_number(request: HttpRequest, form: forms.Form) -> None:
    """Count a number that cannot be one. A field left empty is a slip, not a guess. Raises Locked."""
    errors = form.errors.as_data().get("phone", [])
    address = ip_bucket(client_ip_of(request))
    if address and any(error.code != NOT_TYPED for error in errors):
        reserve_attempt(account="", ip=address).failed()
