"""Settings of the demonstration."""

from core_app.conf import Setting


class DemoSettings:
    DEMO_API_SECRET = Setting(
        "",
        "Secret of the client `demo-api`, with which the demonstration asks the introspection endpoint. "
        "Made by `manage.py bootstrap`.",
        secret=True,
    )
    DEMO_TIMEOUT_SECONDS = Setting(10.0, "How long the demonstration waits for an answer of this server.")


conf = DemoSettings()

CLIENT_ID = "demo"
API_CLIENT_ID = "demo-api"
SCOPE = "openid profile phone email offline_access read"
# Comes back with the browser after signing out (OIDC RP-Initiated Logout §3); it only chooses a sentence.
SIGNED_OUT = "signed-out"
