"""The one account gate: who may receive a token, asked at the authorization endpoint and again by every grant type.

Again at redemption and at each refresh (requirement B11), because an account, an app or a rule can change in between.
The rules themselves are in `policies/rules.py`; here their facts are gathered.
"""

from collections.abc import Mapping

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts_app.identifiers import region_of
from accounts_app.models import User
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.policies.assurance import required_acr
from custom_scopes_and_policies_app.policies.rules import Decision, PolicyFacts, first_refusal
from custom_scopes_and_policies_app.scopes import catalogue
from sessions_app.models import SsoSession


def account_may_receive_tokens(
    *,
    user: User | None,
    session: SsoSession | None,
    client: Application,
    granted: Mapping[str, str] | None = None,
    acr: str = "",
) -> Decision:
    """Whether tokens may be given now. `user` is None only for a client acting for itself.

    `granted` maps the scopes about to be given to their levels, `acr` is what was proven for them; without `granted`
    neither is judged (before anything is decided, or where the hub asks for a second factor instead). Costs no
    statement, and one when the app names groups.
    """
    given = granted or {}
    countries = frozenset(client.allowed_countries.upper().split())
    groups = client.allowed_group_ids
    return first_refusal(
        PolicyFacts(
            is_client_enabled=client.is_enabled,
            is_about_person=user is not None,
            is_account_active=user is None or (user.is_active and user.deactivated_at is None),
            must_change_password=user is not None and user.must_change_password,
            has_session_ended=session is not None and session.ended_at is not None,
            has_session_expired=session is not None and session.expires_at <= timezone.now(),
            country=region_of(user.phone) if countries and user and user.phone else "",
            allowed_countries=countries,
            groups=_groups_of(user) if groups and user else frozenset(),
            allowed_groups=groups,
            scopes=frozenset(given),
            allowed_scopes=catalogue().within(client.allowed_scopes).every if given else frozenset(),
            acr=acr,
            required_acr="" if granted is None else required_acr(client=client, granted=granted),
        )
    )


def _groups_of(user: User) -> frozenset[int]:
    """Asked only for an app that names groups: one statement."""
    return frozenset(Group.objects.filter(user=user).values_list("pk", flat=True))
