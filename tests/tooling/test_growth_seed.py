"""A database is made big through the schema as it is: a new column or key shows here before a long run fails."""

import pytest
from django.db import connection

from accounts_app.models import User
from bench.growth_seed import FAMILIES_OF_ONE, fill
from custom_scopes_and_policies_app.models import Application, RefreshToken
from obligations_app.models import OAuthTokenLog
from sessions_app.models import Device, SsoSession
from tests.oauth import PASSWORD, PHONE, OAuthBrowser, exchange

MANY = 40


@pytest.mark.django_db(transaction=True)
def test_copies_are_whole_and_belong_together(
    somebody: User, app: Application, stranger: OAuthBrowser
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("growth is measured on PostgreSQL")
    stranger.sign_in(PHONE, PASSWORD)
    exchange(stranger.client, stranger.code(scope="openid profile offline_access"))
    before = {
        model: model._base_manager.count() for model in (RefreshToken, SsoSession, Device, OAuthTokenLog)
    }
    settings = connection.settings_dict
    place = f"{settings['HOST'] or '127.0.0.1'}:{settings['PORT'] or 5432}"
    fill(f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{place}/{settings['NAME']}", MANY)
    added = {model: model._base_manager.count() - count for model, count in before.items()}
    people = MANY // FAMILIES_OF_ONE + 1
    assert added == {RefreshToken: MANY, SsoSession: MANY, Device: people, OAuthTokenLog: MANY}
    copies = RefreshToken.objects.filter(user_id__gt=1_000_000)
    assert (
        copies.filter(session__user_id__gt=1_000_000, session__device__user_id__gt=1_000_000).count() == MANY
    )
    assert OAuthTokenLog.objects.filter(family__in=copies.values("id")).count() == MANY
    assert (
        User.objects.filter(id__in=copies.values("user_id")).count()
        == copies.values("user_id").distinct().count()
    )
