"""The whole way through the server, and what has to be there before it begins."""

import json

from playwright.sync_api import Page

from scripts.gallery.apps import apps
from scripts.gallery.errors import errors
from scripts.gallery.operators import OPERATOR, operators
from scripts.gallery.person import person
from scripts.gallery.visitors import EMAIL, KNOWN, visitors
from scripts.gallery.walk import PASSWORD, Look, Walk
from scripts.live_server import LiveServer

# A provider that nobody has to reach: only the pages before it are walked.
PROVIDER = {
    "id": "example", "kind": "oidc", "label": "Example", "issuer": "https://id.example.com", "client_id": "us",
    "client_secret": "s3cret",
}  # fmt: skip
# The walk types a lot wrongly on purpose, all from one address.
SETTINGS = {"SOCIAL_PROVIDERS": json.dumps([PROVIDER]), "IP_FAILURE_LIMIT": "100"}


# One process for it all: starting one takes longer than the work.
STAGE = """
from django.core.management import call_command
from django.utils import timezone
from accounts_app.models import User
call_command("create_person", phone="{known}", password="{password}", email="{email}")
User.objects.filter(phone="{known}").update(email_verified_at=timezone.now(), email_identifier="{email}")
call_command("create_person", phone="{operator}", password="{password}", superuser=True)
call_command(
    "create_client", name="Notes", client_id="notes", public=True, redirect_uri=["https://notes.example/callback"]
)
call_command("create_client", name="Living room TV", client_id="tv", public=True, grant_type=["device_code"])
call_command("demo_data", days=7, people=25)
"""


def stage(server: LiveServer) -> None:
    """People, an app and some days of demonstration data."""
    code = STAGE.format(known=KNOWN, email=EMAIL, operator=OPERATOR, password=PASSWORD)
    server.manage("shell", "-v", "0", "-c", code)


def walk_everywhere(page: Page, server: LiveServer, look: Look) -> list[str]:
    """The names of all stops, in the order of the walk. Raises WrongPage where a page does not come."""
    walk = Walk(page, server, look)
    for part in (visitors, apps, person, operators, errors):
        part(walk)
    return walk.seen
