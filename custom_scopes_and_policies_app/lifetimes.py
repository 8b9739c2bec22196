"""How long the tokens of this server live, for the key ring: a key verifies until the last of them is dead."""

from django.db.models import Max

from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import Application


def longest_token_seconds() -> int:
    """The longest life of an access or ID token, in seconds, over all apps. One statement."""
    own = Application.objects.aggregate(longest=Max("access_token_lifetime"))["longest"]
    return max(conf.ACCESS_TOKEN_SECONDS, conf.ID_TOKEN_SECONDS, own or 0)
