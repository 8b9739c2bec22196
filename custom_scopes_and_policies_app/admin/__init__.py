"""Apps, scopes, consents and token families for operators. `OAUTH2_PROVIDER` names the classes of DOT's models."""

from custom_scopes_and_policies_app.admin.applications import ApplicationAdmin
from custom_scopes_and_policies_app.admin.consents import ConsentAdmin
from custom_scopes_and_policies_app.admin.devices import DeviceAuthorizationAdmin
from custom_scopes_and_policies_app.admin.logout_notices import LogoutNoticeAdmin
from custom_scopes_and_policies_app.admin.policies import ScopeAdmin
from custom_scopes_and_policies_app.admin.tokens import GrantAdmin, RefreshTokenAdmin, UnusedTokenAdmin

__all__ = [
    "ApplicationAdmin",
    "ConsentAdmin",
    "DeviceAuthorizationAdmin",
    "GrantAdmin",
    "LogoutNoticeAdmin",
    "RefreshTokenAdmin",
    "ScopeAdmin",
    "UnusedTokenAdmin",
]
