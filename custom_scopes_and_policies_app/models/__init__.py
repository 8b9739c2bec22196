"""The desk's data: the five swapped DOT models, scopes with their policy levels, and consent."""

from custom_scopes_and_policies_app.models.application import Application
from custom_scopes_and_policies_app.models.consent import Consent
from custom_scopes_and_policies_app.models.device import DeviceAuthorization
from custom_scopes_and_policies_app.models.grant import Grant
from custom_scopes_and_policies_app.models.logout_notice import LogoutNotice
from custom_scopes_and_policies_app.models.policy import PolicyLevel, Scope
from custom_scopes_and_policies_app.models.revoked import RevokedToken
from custom_scopes_and_policies_app.models.stored_request import StoredRequest
from custom_scopes_and_policies_app.models.tokens import AccessToken, IDToken, RefreshToken

__all__ = [
    "AccessToken",
    "Application",
    "Consent",
    "DeviceAuthorization",
    "Grant",
    "IDToken",
    "LogoutNotice",
    "PolicyLevel",
    "RefreshToken",
    "RevokedToken",
    "Scope",
    "StoredRequest",
]
