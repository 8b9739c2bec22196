"""Settings with which second factors would not work, or mean nothing, stop the start."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning

from mfa_app.conf import conf
from mfa_app.passkeys.relying_party import rp_id
from sessions_app.conf import conf as sessions

BAD_FRESHNESS = "mfa_app.E001"
BAD_COUNT = "mfa_app.E002"
NO_STEP = "mfa_app.E003"
NO_DOMAIN = "mfa_app.W001"
LONGEST_FRESHNESS = 900
STEP = "mfa_app.step.SecondFactorStep"
FEWEST_CODES, MOST_CODES = 6, 20


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for figures out of range and for a step that nobody asks; a warning where passkeys cannot work."""
    found: list[CheckMessage] = []
    if not 30 <= conf.MFA_FRESH_SECONDS <= LONGEST_FRESHNESS:
        found.append(Error(f"MFA_FRESH_SECONDS must be 30 to {LONGEST_FRESHNESS}.", id=BAD_FRESHNESS))
    if not FEWEST_CODES <= conf.MFA_BACKUP_CODES <= MOST_CODES or conf.MFA_MOST_FACTORS < 1:
        text = f"MFA_BACKUP_CODES must be {FEWEST_CODES} to {MOST_CODES}, MFA_MOST_FACTORS at least 1."
        found.append(Error(text, id=BAD_COUNT))
    if STEP not in sessions.LOGIN_STEPS:
        hint = "Without it people add second factors that nobody asks for. Or take mfa_app out of INSTALLED_APPS."
        found.append(Error(f"LOGIN_STEPS does not name {STEP}.", hint=hint, id=NO_STEP))
    if _is_address(rp_id()):
        hint = "Browsers bind passkeys to a host name; in development use http://localhost."
        found.append(
            Warning("ISSUER_URL has a network address for a host: no passkeys.", hint=hint, id=NO_DOMAIN)
        )
    return found


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
