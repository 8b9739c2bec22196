"""Refused sign-ins in the record."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from core_app.caller import Caller
from core_app.events import REFUSED
from social_login_app.errors import SocialLoginRefused
from social_login_app.providers import Provider
from social_login_app.signals import social_refused


@contextmanager
def refusals_recorded(provider: Provider, *, caller: Caller) -> Iterator[None]:
    """Around what follows once an attempt was taken: strangers without one cannot fill the record."""
    try:
        yield
    except SocialLoginRefused as error:
        with transaction.atomic():
            social_refused.emit(subject=provider.id, outcome=REFUSED, reason=error.code, caller=caller)
        raise
