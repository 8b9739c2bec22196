"""`manage.py rotate_client_key`: a new HS256 key for one app."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from custom_scopes_and_policies_app.client_keys import KeyChangedMeanwhile, rotate_client_key
from custom_scopes_and_policies_app.models import Application


class Command(BaseCommand):
    help = (
        "Give an HS256 app a new key. It is printed once and is a further client secret of the app; what the old key "
        "signed is refused from now on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        client = Application.objects.filter(client_id=options["client_id"]).first()
        if client is None:
            raise CommandError(f"There is no app {options['client_id']}.")
        try:
            key = rotate_client_key(client=client)
        except ValueError as error:
            raise CommandError(f"{client.client_id} signs with {client.algorithm}: {error}.") from error
        except KeyChangedMeanwhile as error:
            raise CommandError(
                "Somebody changed the app at the same moment. Look at it, then try again."
            ) from error
        facts = {"client_id": client.client_id, "signing_key": key}
        text = f"client_id      {client.client_id}\nsigning_key    {key}   (HS256, shown once)"
        self.stdout.write(json.dumps(facts) if options["as_json"] else text)
