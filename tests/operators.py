"""Somebody already signed in, without the pages and the recorded events that signing in leaves behind."""

from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from sessions_app.middleware import SID_KEY
from sessions_app.models import SsoSession

OPERATOR_PHONE = "+97688112233"


def sign_in_as(client: Client, user: User) -> None:
    """Give this browser what the login pipeline gives: a Django session with a live `SsoSession`."""
    now = timezone.now()
    session = SsoSession.objects.create(
        user=user, auth_time=now, amr=["pwd"], acr="1", expires_at=now + timedelta(hours=1)
    )
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    browser = client.session
    browser[SID_KEY] = str(session.sid)
    browser.save()


def sign_in_operator(client: Client) -> Client:
    """The same browser, signed in as an operator with every permission."""
    sign_in_as(client, User.objects.create(phone=OPERATOR_PHONE, is_staff=True, is_superuser=True))
    return client
